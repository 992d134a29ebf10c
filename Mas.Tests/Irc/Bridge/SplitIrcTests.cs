using System.Globalization;
using Mas.Core.Queues;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>The inboxes of IRC are split into several, which processes share, while lines go both ways.</summary>
public sealed class SplitIrcTests
{
    private const string Parser = Endpoints.IrcParser;
    private const string Manager = Endpoints.ConnectionManager;

    [Fact]
    public async Task Parser_OneThreeTwoWithLinesInFlightAndAWorkerKilled_LosesDoublesAndReordersNothing()
    {
        // Two share a channel of one network; the networks are of all parts.
        string[] networks = ["Ada", "Ada", "Bob", "Cat", "Dan", "Eve"];
        foreach (var parts in new[] { 2, 3 })
            Assert.Equal(Enumerable.Range(0, parts), networks.Select(network => InboxPartition.IndexOf(network, parts)).Distinct().Order());
        await using var crowd = await IrcCrowd.GatherAsync(networks, Manager, Parser);
        var mas = crowd.Mas;
        crowd.Talk();
        await crowd.HearMoreAsync(50);

        await mas.AddIrcBackendAsync(Parser, inboxes: 3);
        await crowd.LayoutIsAsync(Parser, 1, 3);
        await crowd.HearMoreAsync(100);

        var killed = (await crowd.HoldersAsync(Parser, 3))[2]!;
        await killed.Process.KillAsync();
        await crowd.HearMoreAsync(50);
        await Eventually.HoldsAsync(async () => (await crowd.HoldersAsync(Parser, 3)).All(holder => holder is not null && holder != killed), "the other one holds its inboxes", IrcCrowd.Timeout);
        await crowd.HearMoreAsync(50);

        await mas.AddIrcBackendAsync(Parser, inboxes: 2);
        await crowd.LayoutIsAsync(Parser, 2, 2);
        await crowd.HearMoreAsync(50);
        var (heard, said) = await crowd.StopAsync();

        await crowd.AssertWholeAsync(heard, said);
        await crowd.AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task BothRoles_OneThreeTwoAndAProcessKilled_ReconnectOnlyWhoseProcessChanges()
    {
        await using var crowd = await IrcCrowd.GatherAsync(["Ada", "Bob", "Cat", "Dan", "Eve", "Fay"], "");
        var mas = crowd.Mas;
        var connected = crowd.Users.ToDictionary(user => user.Nick, _ => 1);
        var whole = new List<(IrcCrowdUser User, int From, int To)>();
        var from = 0;
        crowd.Talk();
        await crowd.HearMoreAsync(20);
        var holders = await HoldersOfUsersAsync(1);

        await mas.AddIrcBackendAsync(inboxes: 3);
        await LayoutsAreAsync(1, 3);
        await Eventually.HoldsAsync(async () => (await crowd.ConnectionHoldersAsync(3)).Distinct().Count() == 2, "two processes share the users", IrcCrowd.Timeout);
        await OnlyTheMovedReconnectAsync(3);
        Assert.Contains(1, connected.Values);
        Assert.Contains(2, connected.Values);

        await mas.AddIrcBackendAsync(inboxes: 2);
        await LayoutsAreAsync(2, 2);
        await OnlyTheMovedReconnectAsync(2);

        var killed = (await crowd.HoldersAsync(Manager, 2))[1]!;
        await killed.Process.KillAsync();
        await Eventually.HoldsAsync(async () => !(await crowd.ConnectionHoldersAsync(2)).Contains(killed), "another one has its users", IrcCrowd.Timeout);
        await OnlyTheMovedReconnectAsync(2);

        var (heard, _) = await crowd.StopAsync();
        for (var number = heard; number < heard + 20; number++)
            await crowd.TellAsync(number);
        whole.AddRange(crowd.Users.Select(user => (user, heard, heard + 20)));
        Assert.Empty(crowd.Server.Doubles);
        foreach (var user in crowd.Users)
        {
            await user.Client.WaitAsync(view => view.Windows[user.WindowId].Messages.Values.Any(message => message.Body == $"heard {heard + 19}"), () => $"the last line\n{mas.Logs}");
            var shown = user.Shown("heard").ConvertAll(body => int.Parse(body[6..], CultureInfo.InvariantCulture));
            Assert.Equal(shown.Distinct().Order(), shown);
            // While a connection lives nothing is missed.
            foreach (var (_, first, end) in whole.Where(span => span.User == user))
                Assert.Equal(Enumerable.Range(first, end - first), shown.Where(number => number >= first && number < end));
            var said = crowd.Server.SaidBy(user.Nick);
            Assert.Equal(said.Distinct(), said);
            Assert.Equal(said.OrderBy(text => int.Parse(text[5..], CultureInfo.InvariantCulture)), said);
            await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(mas.Redis.Database, user.Client));
        }
        await crowd.AssertNothingIsLeftAsync();
        await Eventually.HoldsAsync(
            async () => (await mas.Redis.Database.HashKeysAsync("ircconnectionsholders")).Select(key => (string?)key).Order().SequenceEqual(["0/2", "1/2"]), "earlier holders are forgotten");

        async Task LayoutsAreAsync(int version, int parts)
        {
            await crowd.LayoutIsAsync(Parser, version, parts);
            await crowd.LayoutIsAsync(Manager, version, parts);
        }

        async Task<MasProcess?[]> HoldersOfUsersAsync(int parts)
        {
            MasProcess?[] byPart = [];
            await Eventually.HoldsAsync(
                async () =>
                {
                    byPart = await crowd.ConnectionHoldersAsync(parts);
                    var leases = await crowd.HoldersAsync(Manager, parts);
                    return byPart.SequenceEqual(leases);
                },
                "whoever has a lease goes on with its users", IrcCrowd.Timeout);
            return [.. crowd.Users.Select(user => byPart[InboxPartition.IndexOf(user.Client.UserId, parts)])];
        }

        async Task OnlyTheMovedReconnectAsync(int parts)
        {
            MasProcess?[] now = [];
            await Eventually.PassesAsync(
                async () =>
                {
                    now = await HoldersOfUsersAsync(parts);
                    for (var i = 0; i < now.Length; i++)
                    {
                        var (nick, wanted) = (crowd.Users[i].Nick, connected[crowd.Users[i].Nick] + (now[i] == holders[i] ? 0 : 1));
                        Assert.True(
                            crowd.Server.ConnectionsOf(nick) >= wanted && crowd.Server.IsInChannel(nick),
                            $"{nick}, user {crowd.Users[i].Client.UserId}, has connected {crowd.Server.ConnectionsOf(nick)} times of {wanted}\n{mas.Logs}");
                    }
                },
                IrcCrowd.Timeout);
            var stayed = crowd.Users.Where((_, i) => now[i] == holders[i]).ToList();
            foreach (var user in crowd.Users.Except(stayed))
                connected[user.Nick]++;
            holders = now;
            var to = crowd.Heard;
            whole.AddRange(stayed.Select(user => (user, from, to)));
            from = to + 1;
            // What the server says last before it hears a QUIT, or a process is killed, is nobody's.
            await crowd.HearMoreAsync(50);
            Assert.Equal(connected, crowd.Users.ToDictionary(user => user.Nick, user => crowd.Server.ConnectionsOf(user.Nick)));
        }
    }
}
