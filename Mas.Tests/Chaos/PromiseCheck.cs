using Mas.Tests.Client;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;
using Xunit.Sdk;

namespace Mas.Tests.Chaos;

/// <summary>Compares what Redis and the clients hold, once everything has settled, with what docs/design/testing.md promises.</summary>
internal sealed class PromiseCheck(ChaosSystem system, SentMessages sent, Violations violations)
{
    private const string OnceAndInOrder = "what is acknowledged is in the history exactly once, in order";
    private const string SameView = "a client's view is that of a new login, and what Redis holds";
    private const string NothingLeft = "nothing is left behind";

    private static readonly TimeSpan SettlesIn = TimeSpan.FromSeconds(40);

    /// <summary>
    /// Runs fsck --repair, as docs/operations/scaling.md tells operators to do after a takeover: a step over several masters may have been kept by one
    /// and lost by another.
    /// </summary>
    /// <returns>What was repaired.</returns>
    public async Task<IReadOnlyList<string>> RepairAsync()
    {
        if (system.Redis is not RedisCluster cluster || !system.PossibleLosses.Any)
            return [];
        await cluster.LookForMastersAsync();
        return await Fsck.MendAsync(cluster);
    }

    /// <summary>Compares each history with what was acknowledged.</summary>
    public async Task HistoriesAsync()
    {
        var gids = new Dictionary<long, string>();
        foreach (var sentMessages in sent.All.Values.GroupBy(sentMessage => sentMessage.ConversationName))
        {
            var id = (string?)await system.Redis.Database.HashGetAsync("index:conversation", sentMessages.Key.Field);
            if (id is null)
            {
                // A conversation that was created while a master was being replaced may be lost as a whole; fsck removes the rest.
                foreach (var sentMessage in sentMessages.Where(sentMessage => sentMessage.Gid != 0 && !system.PossibleLosses.AllowAnywhere(sentMessage.Begun, sentMessage.AcknowledgedAt)))
                    violations.Add(OnceAndInOrder, $"{sentMessages.Key.Field} is gone, with {sentMessage}");
                continue;
            }
            var where = $"{sentMessages.Key.Field} (conversation {id})";
            var history = await system.Redis.Database.MessagesAsync(id);
            CheckHistory(where, ShardOf(id), [.. sentMessages], history);
            foreach (var gid in history.Select(message => message.Value<long>("gid")).Where(gid => !gids.TryAdd(gid, where)))
                violations.Add(OnceAndInOrder, $"{where}: gid {gid} is also in {gids[gid]}");
        }
    }

    /// <summary>Compares each user's session with a new one, and with Redis.</summary>
    public Task ViewsAsync(IEnumerable<ChaosUser> users) => Parallel.ForEachAsync(users, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (user, _) =>
    {
        var client = await user.ConnectedAsync();
        try
        {
            await using var fresh = await MasClient.ConnectAsync(system.Mas.Address, user.Login);
            await ForgetLostAsync(client, fresh);
            await Eventually.PassesAsync(async () =>
            {
                Assert.Equal(fresh.Dump(), client.Dump());
                await RedisTruth.AssertEqualsAsync(system.Redis.Database, client);
            }, SettlesIn);
        }
        catch (Exception e) when (e is XunitException or ProtocolViolationException or TimeoutException or MasSessionEndedException or InvalidOperationException)
        {
            violations.Add(SameView, $"{user.Login.Nick} (user {user.Login.UserId}, session {client.SessionId}): {e.Message}");
        }
    });

    /// <summary>After all users have left: no key of a session, no entry of an inbox, and nothing that fsck finds.</summary>
    public async Task LeftoversAsync()
    {
        string[] left = [];
        try
        {
            await Eventually.HoldsAsync(() => (left = Leftovers()).Length == 0, "nothing is left", SettlesIn);
        }
        catch (TimeoutException)
        {
            violations.Add(NothingLeft, string.Join(", ", left));
        }
        try
        {
            await Fsck.AssertCleanAsync(system.Redis);
        }
        catch (XunitException e)
        {
            violations.Add(NothingLeft, e.Message);
        }
    }

    private string[] Leftovers() =>
    [
        .. new[] { "outbox:*", "session*", "endedsessions", "inbox:*", "{inbox:*}:claim:*", "conversationsessions:*" }
            .SelectMany(pattern => system.Redis.Keys(pattern)),
    ];

    /// <summary>
    /// Sessions go on showing what a master had delivered and not replicated when it died. Such a difference is no violation if its time is
    /// that of a possible loss; every other difference between the two views is one.
    /// </summary>
    private async Task ForgetLostAsync(MasClient client, MasClient fresh)
    {
        foreach (var window in fresh.Read(view => view.Windows.Keys.ToArray()))
        {
            var shard = ShardOf(await system.Redis.Database.ConversationAsync(client.UserId, window));
            var stored = fresh.Read(view => new Dictionary<long, ViewMessage>(view.Windows[window].Messages));
            client.Read(view =>
            {
                if (!view.Windows.TryGetValue(window, out var shown))
                    return 0;
                foreach (var message in shown.Messages.Values.ToArray())
                {
                    var isThere = stored.TryGetValue(message.Gid, out var there);
                    if ((isThere && there!.Order >= message.Order) || !MayBeLost(shard, message))
                        continue;
                    if (isThere)
                        shown.Messages[message.Gid] = there!;
                    else
                        shown.Messages.Remove(message.Gid);
                }
                return 0;
            });
        }
    }

    private bool MayBeLost(int shard, ViewMessage message)
    {
        var second = DateTimeOffset.FromUnixTimeSeconds(message.UpdatedTs ?? message.Ts);
        return system.PossibleLosses.Allow(shard, second, second.AddSeconds(1));
    }

    private int ShardOf(string conversation) => system.Redis is RedisCluster cluster ? cluster.ShardOf($"conversationmsgs:{conversation}") : 0;

    private void CheckHistory(string where, int shard, IReadOnlyList<SentMessage> sentMessages, IReadOnlyList<JObject> history)
    {
        long last = 0;
        foreach (var message in history)
        {
            var gid = message.Value<long>("gid");
            if (gid <= last)
                violations.Add(OnceAndInOrder, $"{where}: gid {gid} stands behind {last}");
            last = gid;
        }
        var byRid = history.Where(message => message["rid"] is not null)
            .ToLookup(message => (message.Value<string>("userId")!, message.Value<string>("rid")!));
        foreach (var twice in byRid.Where(messages => messages.Count() > 1))
            violations.Add(OnceAndInOrder, $"{where}: {twice.Key} is there {twice.Count()} times: {string.Join(' ', twice.Select(message => message["gid"]))}");
        foreach (var sentMessage in sentMessages.Where(sentMessage => sentMessage.Gid != 0))
        {
            if (byRid[(sentMessage.UserId, sentMessage.Rid)].FirstOrDefault() is not { } message)
            {
                if (!system.PossibleLosses.Allow(shard, sentMessage.Begun, sentMessage.AcknowledgedAt))
                    violations.Add(OnceAndInOrder, $"{where}: {sentMessage} is missing");
            }
            // A lost message may have been posted again, by a worker that had not yet removed its entry.
            else if (message.Value<long>("gid") != sentMessage.Gid && !system.PossibleLosses.Allow(shard, sentMessage.Begun, sentMessage.AcknowledgedAt))
                violations.Add(OnceAndInOrder, $"{where}: {sentMessage} has gid {message["gid"]}");
            else if (!sentMessage.EditUnknown && message.Value<string>("body") != (sentMessage.EditedTo ?? sentMessage.Text)
                && (sentMessage.EditedTo is null || !system.PossibleLosses.Allow(shard, sentMessage.EditBegun, sentMessage.EditedAt)))
                violations.Add(OnceAndInOrder, $"{where}: {sentMessage} has the text '{message["body"]}'");
        }
        foreach (var author in sentMessages.Where(sentMessage => sentMessage.Gid != 0).GroupBy(sentMessage => sentMessage.UserId))
            CheckOrder(where, [.. author.OrderBy(sentMessage => sentMessage.Burst).ThenBy(sentMessage => sentMessage.Index)]);
    }

    /// <summary>
    /// Bursts follow one another. Within a burst, order is promised only for messages that were acknowledged at the first attempt.
    /// </summary>
    private void CheckOrder(string where, SentMessage[] own)
    {
        long before = 0, newest = 0, atOnce = 0;
        var burst = -1;
        foreach (var sentMessage in own)
        {
            if (sentMessage.Burst != burst)
                (burst, before, atOnce) = (sentMessage.Burst, newest, 0);
            if (sentMessage.Gid < before || (sentMessage.AtOnce && sentMessage.Gid < atOnce))
                violations.Add(OnceAndInOrder, $"{where}: {sentMessage} stands before an earlier message of its author ({Math.Max(before, atOnce)})");
            newest = Math.Max(newest, sentMessage.Gid);
            if (sentMessage.AtOnce)
                atOnce = sentMessage.Gid;
        }
    }
}
