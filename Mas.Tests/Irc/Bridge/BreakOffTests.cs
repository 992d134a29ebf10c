using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>
/// The parser is killed between two of its writes, and the next one handles the same lines again: nothing is missing, nothing is
/// there twice, and every view is what Redis holds. Each test kills it at write after write, until it gets through.
/// </summary>
public sealed class BreakOffTests(BreakableNetwork network) : IClassFixture<BreakableNetwork>
{
    private ScriptedNetwork Irc => network.Irc;

    [Fact]
    public Task Others_ComingChangingAndGoing_AreToldOnce() => AtEachWriteAsync(async (channel, atWrite) =>
    {
        var alice = await Irc.JoinedAsync("alice", channel, others: "@op bob carl dave");
        var (bob, carl, dave) = (":bob!b@host.example", ":carl!c@host.example", ":dave!d@host.example");

        await BreakAsync(alice, atWrite,
            $":eve!e@host.example JOIN {channel}", $":op!o@host.example MODE {channel} +v eve", $"{bob} TOPIC {channel} :news", $"{bob} PRIVMSG {channel} :hello",
            $"{carl} NICK {channel[1..]}carl", $"{bob} PART {channel} :bye", $"{dave} QUIT :gone", $":op!o@host.example KICK {channel} {channel[1..]}carl :out");

        await IsRightAsync(alice);
        Assert.Equal(Sorted("eve", "op", alice.Nick), alice.Members(channel).Keys);
        Assert.Equal("+", alice.Members(channel)["eve"]);
        Assert.Equal("news", alice.Client.Read(view => view.Group(channel, IrcSystem.Network)!.Topic));
        Assert.Equal(
            ["join", "join", "info sets mode +v eve", "info changed the topic to: news", "msg hello", $"info carl is now known as {channel[1..]}carl", "part bye", "quit gone", $"kick {channel[1..]}carl: out"],
            Lines(alice, channel));
    });

    [Fact]
    public Task Netsplit_OfMany_IsOneLine() => AtEachWriteAsync(async (channel, atWrite) =>
    {
        var alice = await Irc.JoinedAsync("alice", channel, others: "bob carl dave");

        await BreakAsync(alice, atWrite, ":bob!b@host.example QUIT :hub.example leaf.example", ":carl!c@host.example QUIT :hub.example leaf.example", $":dave!d@host.example PRIVMSG {channel} :oh");

        await IsRightAsync(alice);
        Assert.Equal(Sorted(alice.Nick, "dave"), alice.Members(channel).Keys);
        var lines = Lines(alice, channel);
        Assert.Equal(["join", "msg oh"], [lines[0], lines[^1]]);
        Assert.Contains("bob, carl", Assert.Single(lines[1..^1]), StringComparison.Ordinal);
    });

    [Fact]
    public Task Netsplit_OfMoreThanAreNamedInTwoBatches_IsOneLineOfAllAndTheReturnSilent() => AtEachWriteAsync(async (channel, atWrite) =>
    {
        var nicks = Enumerable.Range(10, 13).Select(i => $"split{i}").ToArray();
        var alice = await Irc.JoinedAsync("alice", channel, others: string.Join(' ', nicks));

        await BreakAsync(alice, atWrite, async () =>
        {
            await alice.HearAsync(Quits(nicks[..9]));
            await alice.HearAsync(Quits(nicks[9..]));
        });

        await IsRightAsync(alice);
        Assert.Equal([alice.Nick], alice.Members(channel).Keys);
        string[] lines = ["join", $"info Netsplit (hub.example leaf.example): 13 gone: {string.Join(", ", nicks[..10])} and 3 more"];
        Assert.Equal(lines, Lines(alice, channel));
        await alice.HearAsync(Joins(channel, nicks));
        await IsRightAsync(alice);
        Assert.Equal(Sorted([alice.Nick, .. nicks]), alice.Members(channel).Keys);
        Assert.Equal(lines, Lines(alice, channel));
    });

    [Fact]
    public Task Netsplit_ThatHealsInOneBatch_IsOneLine() => AtEachWriteAsync(async (channel, atWrite) =>
    {
        var alice = await Irc.JoinedAsync("alice", channel, others: "bob carl");

        await BreakAsync(alice, atWrite, async () =>
        {
            await alice.HearAsync(Quits("bob"));
            await alice.HearAsync([.. Quits("carl"), .. Joins(channel, "bob", "carl")]);
        });

        await IsRightAsync(alice);
        Assert.Equal(Sorted(alice.Nick, "bob", "carl"), alice.Members(channel).Keys);
        Assert.Equal(["join", "info Netsplit (hub.example leaf.example): 2 gone: bob, carl"], Lines(alice, channel));
    });

    [Fact]
    public Task Netsplit_HeardByTwo_IsOneLine() => AtEachWriteAsync(async (channel, atWrite) =>
    {
        var (alice, dora) = await SharedAsync(channel);
        await alice.HearAsync(Joins(channel, "carl", "eve"));
        await dora.HearAsync(Joins(channel, "carl", "eve"));

        await BreakAsync(alice, atWrite, async () =>
        {
            await Task.WhenAll(alice.HearAsync(Quits("bob", "carl")), dora.HearAsync(Quits("bob", "carl")));
            await alice.HearAsync(Quits("eve"));
            await dora.HearAsync(Quits("eve"));
        });

        await IsRightAsync(alice, dora);
        Assert.Equal(Sorted(alice.Nick, dora.Nick), dora.Members(channel).Keys);
        Assert.Equal(["join", "join", "join", "join", "info Netsplit (hub.example leaf.example): 3 gone: bob, carl, eve"], Lines(dora, channel));
        Assert.Equal(Lines(dora, channel), Lines(alice, channel));
    });

    [Fact]
    public Task OwnNick_Changed_IsTheOnlyOneThatLeadsToUs() => AtEachWriteAsync(async (channel, atWrite) =>
    {
        var alice = await Irc.JoinedAsync("alice", channel);
        var (redis, nick) = (Irc.System.Mas.Redis.Database, IrcFixture.Name("anna"));

        await BreakAsync(alice, atWrite, $":{alice.Nick}!u@host.example NICK {nick}");

        await IsRightAsync(alice);
        Assert.Equal(["join", $"info {alice.Nick} is now known as {nick}"], Lines(alice, channel));
        Assert.Equal(nick, IrcSystem.Nick(alice.Client));
        Assert.Equal(alice.Client.UserId, (string?)await redis.HashGetAsync("index:currentnick", $"{IrcSystem.Network}:{nick}"));
        Assert.False(await redis.HashExistsAsync("index:currentnick", $"{IrcSystem.Network}:{alice.Nick}"));
    });

    [Fact]
    public Task OwnJoin_OfAnEmptyChannel_BecomesAWindow() => AtEachWriteAsync(async (channel, atWrite) =>
    {
        var alice = await Irc.ConnectedAsync("alice");
        await IrcSystem.RequestAsync(alice.Client, "JOIN", new { network = IrcSystem.Network, name = channel });
        await alice.Peer.ExpectStartAsync($"JOIN {channel}");

        await BreakAsync(alice, atWrite,
            $":{alice.Nick}!u@host.example JOIN {channel}", $":mock.server 353 {alice.Nick} = {channel} :{alice.Nick} @bob", $":mock.server 353 {alice.Nick} = {channel} :carl",
            $":mock.server 366 {alice.Nick} {channel} :End of /NAMES list.");

        await IsRightAsync(alice);
        Assert.Equal(Sorted(alice.Nick, "bob", "carl"), alice.Members(channel).Keys);
        Assert.Equal(["join"], Lines(alice, channel));
        Assert.Equal(0, await Irc.System.Mas.Redis.Database.HashLengthAsync($"ircpendingjoins:{alice.Client.UserId}:{IrcSystem.Network}"));
    });

    [Fact]
    public Task OwnJoin_OfASharedChannel_IsToldToTheOthersOnce() => AtEachWriteAsync(async (channel, atWrite) =>
    {
        var dora = await Irc.JoinedAsync("dora", channel);
        var alice = await Irc.ConnectedAsync("alice");
        await IrcSystem.RequestAsync(alice.Client, "JOIN", new { network = IrcSystem.Network, name = channel });
        await alice.Peer.ExpectStartAsync($"JOIN {channel}");

        await BreakAsync(alice, atWrite, $":{alice.Nick}!u@host.example JOIN {channel}");
        await dora.HearAsync($":{alice.Nick}!u@host.example JOIN {channel}");

        await IsRightAsync(alice, dora);
        Assert.Equal(Sorted(alice.Nick, dora.Nick, "bob"), dora.Members(channel).Keys);
        Assert.Equal(["join", "join"], Lines(dora, channel));
    });

    [Theory]
    [InlineData("PART")]
    [InlineData("KICK")]
    [InlineData("CLOSE")]
    public Task OwnEnd_InASharedChannel_LeavesNoMember(string how) => AtEachWriteAsync(async (channel, atWrite) =>
    {
        var (alice, dora) = await SharedAsync(channel);

        await EndAsync(alice, channel, how, atWrite);
        await dora.HearAsync(how == "KICK" ? $":bob!b@host.example KICK {channel} {alice.Nick}" : $":{alice.Nick}!u@host.example PART {channel}");

        await IsRightAsync(alice, dora);
        Assert.Null(alice.Client.Read(view => view.Group(channel, IrcSystem.Network)));
        Assert.Equal(Sorted(dora.Nick, "bob"), dora.Members(channel).Keys);
        Assert.Equal(["join", "join", how == "KICK" ? $"kick {alice.Nick}" : "part"], Lines(dora, channel));
    });

    [Theory]
    [InlineData("PART")]
    [InlineData("KICK")]
    [InlineData("CLOSE")]
    public Task OwnEnd_OfTheLastOfUs_LeavesNothing(string how) => AtEachWriteAsync(async (channel, atWrite) =>
    {
        var alice = await Irc.JoinedAsync("alice", channel);
        var redis = Irc.System.Mas.Redis.Database;
        var id = (long)await redis.HashGetAsync("index:conversation", $"group:{IrcSystem.Network}:{channel}");

        await EndAsync(alice, channel, how, atWrite);

        await IsRightAsync(alice);
        Assert.Null(alice.Client.Read(view => view.Group(channel, IrcSystem.Network)));
        Assert.False(await redis.HashExistsAsync("index:conversation", $"group:{IrcSystem.Network}:{channel}"));
        foreach (var kept in new[] { "conversation", "conversationmembers", "conversationmsgs", "conversationsessions", "ircholders", "ircstatuses", "irclines", "ircnamesreporter" })
            Assert.False(await redis.KeyExistsAsync($"{kept}:{id}"), $"{kept} at write {atWrite}");
        if (how == "KICK")
            await Irc.System.ServerSaysAsync(alice.Client, $"bob kicked you from {channel}", "kick");
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Close_WhileNotConnected_LeavesNothingOfUs(bool isShared) => AtEachWriteAsync(async (channel, atWrite) =>
    {
        var redis = Irc.System.Mas.Redis.Database;
        var dora = isShared ? await Irc.JoinedAsync("dora", channel) : null;
        var alice = await Irc.JoinedAsync("alice", channel, others: dora is null ? "bob" : $"{dora.Nick} bob");
        if (dora is not null)
            await dora.HearAsync($":{alice.Nick}!u@host.example JOIN {channel}");
        var id = (long)await redis.HashGetAsync("index:conversation", $"group:{IrcSystem.Network}:{channel}");
        await alice.Client.OkAsync("DISCONNECT", new { network = IrcSystem.Network });
        await Irc.System.IsAsync(alice.Client, "disconnected");

        await network.Parser.BreakAsync(atWrite, async () =>
        {
            await alice.Client.OkAsync("CLOSE", new { windowId = IrcSystem.Window(alice.Client, channel) });
            // Behind it in the same inbox, so it has been handled wholly.
            await alice.Client.OkAsync("DISCONNECT", new { network = IrcSystem.Network });
        });

        await IsRightAsync(alice);
        Assert.Null(alice.Client.Read(view => view.Group(channel, IrcSystem.Network)));
        if (dora is not null)
        {
            await IsRightAsync(dora);
            Assert.Equal(Sorted(dora.Nick, "bob"), dora.Members(channel).Keys);
            Assert.Equal([dora.Client.UserId], (await redis.SetMembersAsync($"ircholders:{id}")).Select(holder => (string)holder!));
            return;
        }
        Assert.False(await redis.HashExistsAsync("index:conversation", $"group:{IrcSystem.Network}:{channel}"), "the name leads nowhere");
        foreach (var kept in new[] { "conversation", "conversationmembers", "conversationmsgs", "conversationsessions", "ircholders", "ircstatuses", "irclines", "ircnamesreporter" })
            Assert.False(await redis.KeyExistsAsync($"{kept}:{id}"), kept);
    });

    private async Task EndAsync(ScriptedUser alice, string channel, string how, int atWrite)
    {
        if (how != "CLOSE")
        {
            await BreakAsync(alice, atWrite, how == "KICK" ? $":bob!b@host.example KICK {channel} {alice.Nick}" : $":{alice.Nick}!u@host.example PART {channel}");
            return;
        }
        var windowId = IrcSystem.Window(alice.Client, channel);
        await BreakAsync(alice, atWrite, () => alice.Client.OkAsync("CLOSE", new { windowId }));
        await alice.Peer.ExpectAsync($"PART {channel}");
        await alice.HearAsync($":{alice.Nick}!u@host.example PART {channel}");
    }

    private async Task AtEachWriteAsync(Func<string, int, Task> scenario)
    {
        await network.Parser.AtEachWriteAsync(atWrite => scenario(IrcFixture.Name("#broken"), atWrite));
        await Fsck.AssertCleanAsync(Irc.System.Mas.Redis);
    }

    private Task BreakAsync(ScriptedUser user, int atWrite, params string[] lines)
    {
        var token = IrcFixture.Name("settled");
        return BreakAsync(user, atWrite, async () =>
        {
            await user.Peer.SendAsync([.. lines, $":mock.server NOTICE {user.Nick} :{token}"]);
            await Irc.System.ServerSaysAsync(user.Client, token);
        });
    }

    /// <summary>Does something, with the parser killed in the midst of it.</summary>
    private async Task BreakAsync(ScriptedUser user, int atWrite, Func<Task> work)
    {
        await user.HearAsync();
        await network.Parser.BreakAsync(atWrite, work);
    }

    private async Task<(ScriptedUser Alice, ScriptedUser Dora)> SharedAsync(string channel)
    {
        var dora = await Irc.JoinedAsync("dora", channel);
        var alice = await Irc.JoinedAsync("alice", channel, others: $"{dora.Nick} bob");
        await dora.HearAsync($":{alice.Nick}!u@host.example JOIN {channel}");
        return (alice, dora);
    }

    private static string[] Quits(params string[] nicks) => [.. nicks.Select(nick => $":{nick}!x@host.example QUIT :hub.example leaf.example")];

    private static string[] Joins(string channel, params string[] nicks) => [.. nicks.Select(nick => $":{nick}!x@host.example JOIN {channel}")];

    /// <summary>What the users see is what Redis holds, once all has been told.</summary>
    private async Task IsRightAsync(params ScriptedUser[] users)
    {
        foreach (var user in users)
            await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(Irc.System.Mas.Redis.Database, user.Client));
    }

    /// <summary>What a channel's window says, line by line.</summary>
    private static string[] Lines(ScriptedUser user, string channel) => user.Client.Read(view => view.Group(channel, IrcSystem.Network)!.Messages.Values
        .Select(message => message.Body.Length > 0 ? $"{message.Cat} {message.Body}" : message.Cat).ToArray());

    private static IEnumerable<string> Sorted(params string[] names) => names.Order(StringComparer.Ordinal);
}
