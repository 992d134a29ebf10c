using Mas.Core.Queues;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>
/// One of two processes that share the inboxes of IRC is stopped for longer than its leases, and wakes up when the other one has
/// taken its inboxes over.
/// </summary>
public sealed class SplitFreezeTests
{
    private const string Parser = Endpoints.IrcParser;
    private const string Manager = Endpoints.ConnectionManager;

    [Fact]
    public async Task Parser_OneOfTwoFrozen_LosesDoublesAndReordersNothing()
    {
        // Two share a channel of one network; the networks are of both parts.
        string[] networks = ["Ada", "Ada", "Bob", "Cat", "Dan", "Eve"];
        await using var crowd = await IrcCrowd.GatherAsync(networks, Manager, Parser);
        var mas = crowd.Mas;
        await mas.AddIrcBackendAsync(Parser, inboxes: 2);
        await crowd.LayoutIsAsync(Parser, 1, 2);
        await AreSharedAsync(crowd, Parser);
        crowd.Talk();
        await crowd.HearMoreAsync(50);

        var frozen = (await crowd.HoldersAsync(Parser, 2))[1]!;
        frozen.Process.Signal(ProcessSignal.Stop);
        await HasBothAsync(crowd, Parser, frozen);
        await crowd.HearMoreAsync(50);
        frozen.Process.Signal(ProcessSignal.Continue);
        await AreSharedAsync(crowd, Parser);
        await crowd.HearMoreAsync(50);
        var (heard, said) = await crowd.StopAsync();

        await crowd.AssertWholeAsync(heard, said);
        await crowd.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task BothRoles_OneOfTwoFrozen_HoldsEachConnectionOnceAndDoublesNothing()
    {
        await using var crowd = await IrcCrowd.GatherAsync(["Ada", "Bob", "Cat", "Dan", "Eve", "Fay"], "");
        var mas = crowd.Mas;
        await mas.AddIrcBackendAsync(inboxes: 2);
        await crowd.LayoutIsAsync(Parser, 1, 2);
        await crowd.LayoutIsAsync(Manager, 1, 2);
        var (other, frozen) = (mas.IrcBackends[0], mas.IrcBackends[1]);
        var moved = await ReconnectedAsync(crowd, other, crowd.Users.ToDictionary(user => user.Nick, _ => 1));
        crowd.Talk();
        await crowd.HearMoreAsync(50);

        var connected = Connections(crowd);
        frozen.Process.Signal(ProcessSignal.Stop);
        await HasBothAsync(crowd, Manager, frozen);
        await HasBothAsync(crowd, Parser, frozen);
        await Eventually.HoldsAsync(
            () => moved.TrueForAll(user => crowd.Server.ConnectionsOf(user.Nick) > connected[user.Nick]), () => $"the other one has connected its users\n{mas.Logs}", IrcCrowd.Timeout);
        await crowd.HearMoreAsync(50);
        // The sockets of the frozen one are open still: the server has not heard that it is gone.
        Assert.All(moved, user => Assert.True(
            crowd.Server.OpenConnectionsOf(user.Nick) == 2, $"{user.Nick}, {connected[user.Nick]} then {crowd.Server.ConnectionsOf(user.Nick)}, {crowd.Server.OpenConnectionsOf(user.Nick)} open\n{mas.Logs}"));
        connected = Connections(crowd);
        frozen.Process.Signal(ProcessSignal.Continue);
        await AreSharedAsync(crowd, Parser);
        await ReconnectedAsync(crowd, other, connected);
        var (heard, said) = await crowd.StopAsync();
        for (var number = heard; number < heard + 20; number++)
            await crowd.TellAsync(number);

        for (var i = 0; i < said.Length; i++)
        {
            var user = crowd.Users[i];
            await user.Client.WaitAsync(view => view.Windows[user.WindowId].Messages.Values.Any(message => message.Body == $"heard {heard + 19}"), () => $"the last line\n{mas.Logs}");
            var shown = user.Shown("heard");
            Assert.Equal(shown.Distinct(), shown);
            // Nothing of the time when nobody was frozen or connecting is missed.
            Assert.Equal(Enumerable.Range(heard, 20).Select(number => $"heard {number}"), shown.TakeLast(20));
            await AssertSaidOnceAsync(crowd, user, said[i]);
            await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(mas.Redis.Database, user.Client));
        }
        await crowd.AssertNothingIsLeftAsync();
    }

    /// <summary>Each line is on IRC once, in order, or the user has been told that it is not, or perhaps not.</summary>
    private static Task AssertSaidOnceAsync(IrcCrowd crowd, IrcCrowdUser user, int said) => Eventually.PassesAsync(() =>
    {
        var sent = crowd.Server.SaidBy(user.Nick);
        var unsent = Told(user, "Not sent");
        var unsure = Told(user, "May not have been sent");
        Assert.Equal(sent.Distinct(), sent);
        Assert.Empty(sent.Intersect(unsent));
        Assert.Equal(Enumerable.Range(0, said).Select(number => $"said {number}").Order(), sent.Concat(unsent).Union(unsure).Order());
        return Task.CompletedTask;
    });

    /// <summary>The lines that an error names.</summary>
    private static string[] Told(IrcCrowdUser user, string what) => user.Client.Read(view => view.Windows[user.WindowId].Messages.Values
        .Where(message => message.Cat == "error" && message.Body.StartsWith(what, StringComparison.Ordinal))
        .Select(message => message.Body[(message.Body.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]).ToArray());

    /// <summary>Waits until both processes have an inbox of the endpoint each.</summary>
    private static Task AreSharedAsync(IrcCrowd crowd, string endpoint) => Eventually.HoldsAsync(
        async () => (await crowd.HoldersAsync(endpoint, 2)).OfType<MasProcess>().Distinct().Count() == 2, () => $"two share {endpoint}\n{crowd.Mas.Logs}", IrcCrowd.Timeout);

    /// <summary>Waits until the one that is not frozen has both inboxes of the endpoint.</summary>
    private static Task HasBothAsync(IrcCrowd crowd, string endpoint, MasProcess frozen) => Eventually.HoldsAsync(
        async () => (await crowd.HoldersAsync(endpoint, 2)).All(holder => holder is not null && holder != frozen), () => $"the other one has both of {endpoint}\n{crowd.Mas.Logs}", IrcCrowd.Timeout);

    private static Dictionary<string, int> Connections(IrcCrowd crowd) => crowd.Users.ToDictionary(user => user.Nick, user => crowd.Server.ConnectionsOf(user.Nick));

    /// <summary>
    /// Waits until both processes have their users' connections, each once, where one had all of them: those of the other one's
    /// users have been made anew.
    /// </summary>
    /// <param name="crowd">The users.</param>
    /// <param name="former">Who had all of them.</param>
    /// <param name="before">How often each had connected then.</param>
    /// <returns>Those who were connected anew.</returns>
    private static async Task<List<IrcCrowdUser>> ReconnectedAsync(IrcCrowd crowd, MasProcess former, Dictionary<string, int> before)
    {
        List<IrcCrowdUser> moved = [];
        await Eventually.PassesAsync(
            async () =>
            {
                var holders = await crowd.ConnectionHoldersAsync(2);
                Assert.Equal(await crowd.HoldersAsync(Manager, 2), holders);
                moved = crowd.Users.Where(user => holders[InboxPartition.IndexOf(user.Client.UserId, 2)] != former).ToList();
                Assert.InRange(moved.Count, 1, crowd.Users.Count - 1);
                foreach (var user in crowd.Users)
                {
                    var (connected, open) = (crowd.Server.ConnectionsOf(user.Nick), crowd.Server.OpenConnectionsOf(user.Nick));
                    Assert.True(
                        connected == before[user.Nick] + (moved.Contains(user) ? 1 : 0) && open == 1 && crowd.Server.IsInChannel(user.Nick),
                        $"{user.Nick} has connected {connected} times, of which {open} are open\n{crowd.Mas.Logs}");
                }
            },
            IrcCrowd.Timeout);
        return moved;
    }
}
