using Mas.Tests.Client;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;
using Xunit.Sdk;

namespace Mas.Tests.Chaos;

/// <summary>Compares what Redis and the clients hold, once everything has settled, with what docs/architecture.md promises.</summary>
internal sealed class PromiseCheck(ChaosGround ground, Ledger ledger, Violations violations)
{
    private const string OnceAndInOrder = "what is acknowledged is in the history exactly once, in order";
    private const string SameView = "a client's view is that of a new login, and what Redis holds";
    private const string NothingLeft = "nothing is left behind";

    private static readonly TimeSpan SettlesIn = TimeSpan.FromSeconds(40);

    /// <summary>Each history against what was acknowledged.</summary>
    public async Task HistoriesAsync()
    {
        foreach (var sayings in ledger.Sayings.Values.GroupBy(saying => saying.Place))
        {
            var id = (string?)await ground.Redis.Database.HashGetAsync("index:conversation", sayings.Key.Field);
            if (id is null)
                violations.Add(OnceAndInOrder, $"{sayings.Key.Field} is gone");
            else
                CheckHistory($"{sayings.Key.Field} (conversation {id})", [.. sayings], await ground.Redis.Database.MessagesAsync(id));
        }
    }

    /// <summary>Each user's session against a new one, and against Redis.</summary>
    public Task ViewsAsync(IEnumerable<ChaosUser> users) => Parallel.ForEachAsync(users, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (user, _) =>
    {
        var client = await user.ConnectedAsync();
        try
        {
            await using var fresh = await MasClient.ConnectAsync(ground.Mas.Address, user.Login);
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

    private void CheckHistory(string where, IReadOnlyList<Saying> sayings, IReadOnlyList<JObject> history)
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
                violations.Add(OnceAndInOrder, $"{where}: {saying} is missing");
            else if (message.Value<long>("gid") != saying.Gid)
                violations.Add(OnceAndInOrder, $"{where}: {saying} has gid {message["gid"]}");
            else if (!saying.EditUnknown && message.Value<string>("body") != (saying.EditedTo ?? saying.Text))
                violations.Add(OnceAndInOrder, $"{where}: {saying} has the text '{message["body"]}'");
        }
        foreach (var author in sayings.Where(saying => saying.Gid != 0).GroupBy(saying => saying.UserId))
            CheckOrder(where, [.. author.OrderBy(saying => saying.Burst).ThenBy(saying => saying.Index)]);
    }

    /// <summary>
    /// Bursts follow one another. Within one, only those that were acknowledged at once have a promised order: one that was
    /// repeated may have been lost at first, and come behind those after it.
    /// </summary>
    private void CheckOrder(string where, Saying[] own)
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
