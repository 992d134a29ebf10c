using Mas.Tests.Client;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;
using Xunit.Sdk;

namespace Mas.Tests.Chaos;

/// <summary>Compares what Redis and the clients hold, once everything has settled, with what docs/design/testing.md promises.</summary>
internal sealed class PromiseCheck(ChaosGround ground, Ledger ledger, Violations violations)
{
    private const string OnceAndInOrder = "what is acknowledged is in the history exactly once, in order";
    private const string SameView = "a client's view is that of a new login, and what Redis holds";
    private const string NothingLeft = "nothing is left behind";

    private static readonly TimeSpan SettlesIn = TimeSpan.FromSeconds(40);

    /// <summary>
    /// What the operator does after a replica of a cluster took over, by docs/operations/scaling.md: a step that touches several masters
    /// may have been kept on one and lost on another.
    /// </summary>
    /// <returns>What there was to mend.</returns>
    public async Task<IReadOnlyList<string>> MendAsync()
    {
        if (ground.Redis is not RedisCluster cluster || !ground.Losses.Any)
            return [];
        await cluster.LookForMastersAsync();
        return await Fsck.MendAsync(cluster);
    }

    /// <summary>Each history against what was acknowledged.</summary>
    public async Task HistoriesAsync()
    {
        var gids = new Dictionary<long, string>();
        foreach (var sayings in ledger.IncomingTexts.Values.GroupBy(saying => saying.Place))
        {
            var id = (string?)await ground.Redis.Database.HashGetAsync("index:conversation", sayings.Key.Field);
            if (id is null)
            {
                // What was made while a master was about to be replaced may be gone as a whole: fsck removes what is left of it.
                foreach (var saying in sayings.Where(saying => saying.Gid != 0 && !ground.Losses.AllowAnywhere(saying.Begun, saying.AcknowledgedAt)))
                    violations.Add(OnceAndInOrder, $"{sayings.Key.Field} is gone, with {saying}");
                continue;
            }
            var where = $"{sayings.Key.Field} (conversation {id})";
            var history = await ground.Redis.Database.MessagesAsync(id);
            CheckHistory(where, ShardOf(id), [.. sayings], history);
            foreach (var gid in history.Select(message => message.Value<long>("gid")).Where(gid => !gids.TryAdd(gid, where)))
                violations.Add(OnceAndInOrder, $"{where}: gid {gid} is also in {gids[gid]}");
        }
    }

    /// <summary>Each user's session against a new one, and against Redis.</summary>
    public Task ViewsAsync(IEnumerable<ChaosUser> users) => Parallel.ForEachAsync(users, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (user, _) =>
    {
        var client = await user.ConnectedAsync();
        try
        {
            await using var fresh = await MasClient.ConnectAsync(ground.Mas.Address, user.Login);
            await ForgetLostAsync(client, fresh);
            await Eventually.PassesAsync(async () =>
            {
                Assert.Equal(fresh.Dump(), client.Dump());
                await RedisTruth.AssertEqualsAsync(ground.Redis.Database, client);
            }, SettlesIn);
        }
        catch (Exception e) when (e is XunitException or ProtocolViolationException or TimeoutException or MasSessionEndedException or InvalidOperationException)
        {
            violations.Add(SameView, $"{user.Login.Nick} (user {user.Login.UserId}, session {client.SessionId}): {e.Message}");
        }
    });

    /// <summary>When everybody is gone: no key of a session, nothing in an inbox, and nothing that fsck finds.</summary>
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
            await Fsck.AssertCleanAsync(ground.Redis);
        }
        catch (XunitException e)
        {
            violations.Add(NothingLeft, e.Message);
        }
    }

    private string[] Leftovers() =>
    [
        .. new[] { "outbox:*", "session*", "endedsessions", "inbox:*", "{inbox:*}:taken:*", "conversationsessions:*" }
            .SelectMany(pattern => ground.Redis.Keys(pattern)),
    ];

    /// <summary>
    /// What a master that died had shown and not passed on, sessions that were there go on showing: that is no violation,
    /// as long as it is of such a time. Anything else that the two views don't have in common remains one.
    /// </summary>
    private async Task ForgetLostAsync(MasClient client, MasClient fresh)
    {
        foreach (var window in fresh.Read(view => view.Windows.Keys.ToArray()))
        {
            var shard = ShardOf(await ground.Redis.Database.ConversationAsync(client.UserId, window));
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
        return ground.Losses.Allow(shard, second, second.AddSeconds(1));
    }

    private int ShardOf(string conversation) => ground.Redis is RedisCluster cluster ? cluster.ShardOf($"conversationmsgs:{conversation}") : 0;

    private void CheckHistory(string where, int shard, IReadOnlyList<IncomingText> sayings, IReadOnlyList<JObject> history)
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
        foreach (var saying in sayings.Where(saying => saying.Gid != 0))
        {
            if (byRid[(saying.UserId, saying.Rid)].FirstOrDefault() is not { } message)
            {
                if (!ground.Losses.Allow(shard, saying.Begun, saying.AcknowledgedAt))
                    violations.Add(OnceAndInOrder, $"{where}: {saying} is missing");
            }
            // What was lost may have been posted again, by a worker that had not finished with it.
            else if (message.Value<long>("gid") != saying.Gid && !ground.Losses.Allow(shard, saying.Begun, saying.AcknowledgedAt))
                violations.Add(OnceAndInOrder, $"{where}: {saying} has gid {message["gid"]}");
            else if (!saying.EditUnknown && message.Value<string>("body") != (saying.EditedTo ?? saying.Text)
                && (saying.EditedTo is null || !ground.Losses.Allow(shard, saying.EditBegun, saying.EditedAt)))
                violations.Add(OnceAndInOrder, $"{where}: {saying} has the text '{message["body"]}'");
        }
        foreach (var author in sayings.Where(saying => saying.Gid != 0).GroupBy(saying => saying.UserId))
            CheckOrder(where, [.. author.OrderBy(saying => saying.Burst).ThenBy(saying => saying.Index)]);
    }

    /// <summary>
    /// Bursts follow one another. Within one, only those that were acknowledged at once have a promised order: one that was
    /// repeated may have been lost at first, and come behind those after it.
    /// </summary>
    private void CheckOrder(string where, IncomingText[] own)
    {
        long before = 0, newest = 0, atOnce = 0;
        var burst = -1;
        foreach (var saying in own)
        {
            if (saying.Burst != burst)
                (burst, before, atOnce) = (saying.Burst, newest, 0);
            if (saying.Gid < before || (saying.AtOnce && saying.Gid < atOnce))
                violations.Add(OnceAndInOrder, $"{where}: {saying} stands before what its author said earlier ({Math.Max(before, atOnce)})");
            newest = Math.Max(newest, saying.Gid);
            if (saying.AtOnce)
                atOnce = saying.Gid;
        }
    }
}
