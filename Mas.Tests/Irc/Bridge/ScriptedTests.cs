using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>What real servers don't do on demand.</summary>
public sealed class ScriptedTests(ScriptedNetwork irc) : IClassFixture<ScriptedNetwork>
{
    private const string Network = IrcSystem.Network;
    private const string Bob = ":bob!b@host.example";

    [Fact]
    public async Task Lines_OfALaggingConnection_AreNotToldAgain()
    {
        var channel = IrcFixture.Name("#lag");
        var alice = await irc.JoinedAsync("alice", channel);
        var dora = await irc.JoinedAsync("dora", channel);
        await alice.HearAsync($":{dora.Nick}!u@h JOIN {channel}");
        string[] lines = [$"{Bob} PRIVMSG {channel} :lol", $"{Bob} PRIVMSG {channel} :lol", $"{Bob} PART {channel} :p", $"{Bob} JOIN {channel}", $"{Bob} PRIVMSG {channel} :lol"];

        await alice.HearAsync(lines);
        await dora.HearAsync(lines);
        await dora.HearAsync($"{Bob} PRIVMSG {channel} :lol");
        await alice.HearAsync($"{Bob} PRIVMSG {channel} :lol");

        Assert.Equal(4, alice.Count(channel, "lol"));
        Assert.Equal(1, alice.Count(channel, "p", "part"));
        Assert.Equal(3, dora.Members(channel).Count);
    }

    [Fact]
    public async Task Said_JustBeforeTheConnectionEnded_IsNotToldAgainByTheOthers()
    {
        var channel = IrcFixture.Name("#bye");
        var alice = await irc.JoinedAsync("alice", channel);
        var dora = await irc.JoinedAsync("dora", channel);
        await alice.HearAsync($":{dora.Nick}!u@h JOIN {channel}");
        await alice.Client.SayAsync(IrcSystem.Window(alice.Client, channel), "last words");
        await alice.Peer.ExpectStartAsync("PRIVMSG");
        await alice.Peer.DisposeAsync();
        await irc.System.IsAsync(alice.Client, "disconnected");

        await dora.HearAsync($":{alice.Nick}!u@h PRIVMSG {channel} :last words", $":{alice.Nick}!u@h QUIT :gone");

        Assert.Equal(1, dora.Count(channel, "last words"));
        Assert.Equal(1, dora.Count(channel, "gone", "quit"));
        Assert.DoesNotContain(alice.Nick, dora.Members(channel).Keys);
        await alice.ReconnectedAsync();
        await alice.Peer.ExpectStartAsync($"JOIN {channel}");
    }

    [Fact]
    public async Task Echo_OfWhatWeSaid_IsDropped()
    {
        var channel = IrcFixture.Name("#echo");
        var alice = await irc.JoinedAsync("alice", channel, capabilities: "echo-message");

        await alice.Client.SayAsync(IrcSystem.Window(alice.Client, channel), "hello hello");
        await alice.HearAsync($":{alice.Nick}!u@h PRIVMSG {channel} :hello hello", $":{alice.Nick}!u@h PRIVMSG bob :hi");

        Assert.Equal(1, alice.Count(channel, "hello hello"));
    }

    [Fact]
    public async Task MessageIds_TellTheSameFromTheRepeated()
    {
        var channel = IrcFixture.Name("#msgid");
        var alice = await irc.JoinedAsync("alice", channel, capabilities: "message-tags");
        var dora = await irc.JoinedAsync("dora", channel, capabilities: "message-tags");
        await alice.HearAsync($":{dora.Nick}!u@h JOIN {channel}");

        await alice.HearAsync($"@msgid=1 {Bob} PRIVMSG {channel} :lol", $"@msgid=2 {Bob} PRIVMSG {channel} :lol");
        await dora.HearAsync($"@msgid=1 {Bob} PRIVMSG {channel} :lol", $"@msgid=2 {Bob} PRIVMSG {channel} :lol");

        Assert.Equal(2, dora.Count(channel, "lol"));
    }

    [Fact]
    public async Task Names_OfManyKinds_GiveRoles()
    {
        var channel = IrcFixture.Name("#ranks");
        var alice = await irc.JoinedAsync("alice", channel, "PREFIX=(qaohv)~&@%+", others: "~@owner!o@h &admin @op!x@y %half +voice plain");
        await alice.Client.WaitAsync(view => view.Group(channel, Network)!.Members.Count == 7, "all names");

        Assert.Equal(["*", "@", "@", "@", "+", "u"], new[] { "owner", "admin", "op", "half", "voice", "plain" }.Select(nick => alice.Members(channel)[nick]));
    }

    [Fact]
    public async Task Names_InSeveralParts_MergeAndAnUnknownEndIsHarmless()
    {
        var channel = IrcFixture.Name("#parts");
        var alice = await irc.JoinedAsync("alice", channel);

        await alice.HearAsync(
            $":mock.server 353 {alice.Nick} = {channel} :{alice.Nick} a b", $":mock.server 353 {alice.Nick} = {channel} :c d",
            $":mock.server 366 {alice.Nick} #elsewhere :End", $":mock.server 366 {alice.Nick} {channel} :End");

        Assert.Equal(["a", alice.Nick, "b", "c", "d"], alice.Members(channel).Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("CASEMAPPING=rfc1459", true)]
    [InlineData("CASEMAPPING=rfc1459-strict", true)]
    [InlineData("CASEMAPPING=ascii", false)]
    public async Task Casemapping_OfTheServer_SaysWhatIsTheSameChannel(string support, bool isSame)
    {
        var channel = IrcFixture.Name("#map[x]");
        var alice = await irc.JoinedAsync("alice", channel, support);

        await alice.HearAsync($"{Bob} PRIVMSG {channel.Replace('[', '{').Replace(']', '}').ToUpperInvariant()} :here?");

        Assert.Equal(isSame ? 1 : 0, alice.Count(channel, "here?"));
    }

    [Fact]
    public async Task Support_ThatComesLate_IsUsed()
    {
        var channel = IrcFixture.Name("#late5");
        var alice = await irc.JoinedAsync("alice", channel);

        await alice.HearAsync($":mock.server 005 {alice.Nick} PREFIX=(Yov)!@+ STATUSMSG=@+ :are supported by this server");
        await alice.HearAsync($"{Bob} PRIVMSG @{channel} :ops only", $":mock.server MODE {channel} +Y bob");

        Assert.Equal(1, alice.Count(channel, "[@] ops only"));
        Assert.Equal("@", alice.Members(channel)["bob"]);
    }

    [Theory]
    [InlineData("471", "Cannot join channel (+l)")]
    [InlineData("473", "Cannot join channel (+i)")]
    [InlineData("474", "Cannot join channel (+b)")]
    [InlineData("475", "Cannot join channel (+k)")]
    [InlineData("476", "Bad channel mask")]
    [InlineData("405", "You have joined too many channels")]
    [InlineData("403", "No such channel")]
    [InlineData("477", "You need a registered nick")]
    public async Task Join_Refused_IsShownAndNotTriedAgain(string numeric, string text)
    {
        var channel = IrcFixture.Name("#no");
        var alice = await irc.ConnectedAsync("alice");

        await alice.Client.OkAsync("JOIN", new { network = Network, name = channel });
        await alice.Peer.ExpectStartAsync($"JOIN {channel}");
        await alice.HearAsync($":mock.server {numeric} {alice.Nick} {channel} :{text}");

        await irc.System.ServerSaysAsync(alice.Client, text, "error");
        Assert.Equal(0, await irc.System.Mas.Redis.Database.HashLengthAsync($"ircpendingjoins:{alice.Client.UserId}:{Network}"));
    }

    [Fact]
    public async Task Join_LedElsewhere_EntersThere()
    {
        var (from, to) = (IrcFixture.Name("#full"), IrcFixture.Name("#overflow"));
        var alice = await irc.ConnectedAsync("alice");

        await alice.Client.OkAsync("JOIN", new { network = Network, name = from });
        await alice.Peer.ExpectStartAsync($"JOIN {from}");
        await alice.Peer.SendAsync($":mock.server 470 {alice.Nick} {from} {to} :Forwarding to another channel");
        await alice.EnterAsync(to);

        await alice.Client.WaitAsync(view => view.Group(to, Network) is not null, "the other channel's window");
        await alice.HearAsync();
        Assert.Equal(0, await irc.System.Mas.Redis.Database.HashLengthAsync($"ircpendingjoins:{alice.Client.UserId}:{Network}"));
    }

    [Fact]
    public async Task Rejoin_RefusedForItsKey_KeepsTheKey()
    {
        var channel = IrcFixture.Name("#keyed");
        var alice = await irc.JoinedAsync("alice", channel);
        await alice.HearAsync($"{Bob} MODE {channel} +k :sesame");

        await alice.HearAsync($":mock.server 475 {alice.Nick} {channel} :Cannot join channel (+k)");

        Assert.Equal("sesame", alice.Client.Read(view => view.Group(channel, Network)!.Password));
        Assert.Equal(1, alice.Count(channel, $"{channel}: Cannot join channel (+k)", "error"));
    }

    [Fact]
    public async Task Reconnect_WithManyChannels_JoinsThemInOneLineWithTheirKeys()
    {
        var (one, two) = (IrcFixture.Name("#one"), IrcFixture.Name("#two"));
        var alice = await irc.JoinedAsync("alice", one);
        await alice.JoinAsync(two);
        await alice.HearAsync($"{Bob} MODE {two} +k sesame");
        await alice.Peer.DisposeAsync();

        await alice.ReconnectedAsync();

        Assert.Equal($"JOIN {two},{one} sesame", await alice.Peer.ExpectStartAsync("JOIN "));
        await alice.EnterAsync(one);
        await alice.HearAsync($"{Bob} PRIVMSG {one} :again");
        Assert.Equal(1, alice.Count(one, "again"));
    }

    [Fact]
    public async Task Answers_WithLabels_AreShownWhereTheCommandWasTyped()
    {
        var (one, two) = (IrcFixture.Name("#typed"), IrcFixture.Name("#elsewhere"));
        var alice = await irc.JoinedAsync("alice", one, capabilities: "batch labeled-response message-tags");
        await alice.JoinAsync(two);

        await alice.Client.OkAsync("SEND", new { windowId = IrcSystem.Window(alice.Client, one), text = $"/quote FROB {two}" });
        var line = await alice.Peer.ExpectStartAsync("@label=");
        var label = line[..line.IndexOf(' ', StringComparison.Ordinal)];
        await alice.HearAsync($"{label} :mock.server 482 {alice.Nick} {two} :not there");
        await alice.Client.OkAsync("SEND", new { windowId = IrcSystem.Window(alice.Client, one), text = "/quote BLUB" });
        line = await alice.Peer.ExpectStartAsync("@label=");
        label = line[..line.IndexOf(' ', StringComparison.Ordinal)];
        await alice.HearAsync($"{label} :mock.server BATCH +x labeled-response", $"@batch=x :mock.server 400 {alice.Nick} what :unknown", ":mock.server BATCH -x");

        Assert.Equal(1, alice.Count(one, $"{two}: not there", "error"));
        Assert.Equal(1, alice.Count(one, "what: unknown", "error"));
        Assert.Equal(0, alice.Count(two, $"{two}: not there", "error"));
    }

    [Fact]
    public async Task Part_ThatWasForced_ClosesTheWindow()
    {
        var channel = IrcFixture.Name("#forced");
        var alice = await irc.JoinedAsync("alice", channel);

        await alice.Peer.SendAsync($":{alice.Nick}!u@h PART {channel} :by services");

        await alice.Client.WaitAsync(view => view.Group(channel, Network) is null, "the window is gone");
    }

    [Fact]
    public async Task Nick_ThatWasForced_IsOursOnce()
    {
        var channel = IrcFixture.Name("#guest");
        var alice = await irc.JoinedAsync("alice", channel);
        var guest = IrcFixture.Name("Guest");

        await alice.Peer.SendAsync($":{alice.Nick}!u@h NICK :{guest}");

        await alice.Client.WaitAsync(view => view.Networks[Network].Value<string>("nick") == guest, "the new nick");
        await irc.System.SeesAsync(alice.Client, channel, $"{alice.Nick} is now known as {guest}", "info");
        Assert.Equal(2, alice.Members(channel).Count);
    }

    [Fact]
    public async Task Nick_ThatDiffersInCaseOnly_IsTheSameUser()
    {
        var channel = IrcFixture.Name("#caps");
        var alice = await irc.JoinedAsync("alice", channel, others: "robin");
        await alice.HearAsync($":robin!r@h PRIVMSG {channel} :small");

        await alice.HearAsync(":robin!r@h NICK :Robin", $":Robin!r@h PRIVMSG {channel} :big");

        var authors = alice.Client.Read(view => view.Group(channel, Network)!.Messages.Values.Where(message => message.Cat == "msg").Select(message => message.UserId).ToList());
        Assert.Equal(2, authors.Count);
        Assert.Single(authors.Distinct());
        Assert.Contains("Robin", alice.Members(channel).Keys);
    }

    [Fact]
    public async Task Netsplit_IsOneLineAndTheReturnSilent()
    {
        var channel = IrcFixture.Name("#split");
        var alice = await irc.JoinedAsync("alice", channel, others: "s1 s2 s3 stays");
        await alice.Client.WaitAsync(view => view.Group(channel, Network)!.Members.Count == 5, "all names");

        await alice.HearAsync([.. new[] { "s1", "s2", "s3" }.Select(nick => $":{nick}!x@h QUIT :hub.example leaf.example")]);
        Assert.Equal([alice.Nick, "stays"], alice.Members(channel).Keys);
        await alice.HearAsync([.. new[] { "s1", "s2", "s3" }.Select(nick => $":{nick}!x@h JOIN {channel}")]);

        Assert.Equal(5, alice.Members(channel).Count);
        Assert.Equal(1, alice.Count(channel, "Netsplit (hub.example leaf.example): 3 gone: s1, s2, s3", "info"));
        Assert.Equal(0, alice.Client.Read(view => view.Group(channel, Network)!.Messages.Values.Count(message => message.Cat == "quit")));
        Assert.Equal(1, alice.Client.Read(view => view.Group(channel, Network)!.Messages.Values.Count(message => message.Cat == "join")));
    }

    [Fact]
    public async Task Quit_IsToldOnlyWhereTheyWere()
    {
        var (here, there) = (IrcFixture.Name("#here"), IrcFixture.Name("#there"));
        var alice = await irc.JoinedAsync("alice", here, others: "eve");
        await alice.JoinAsync(there, others: "mallory");

        await alice.HearAsync(":eve!e@h QUIT :so long");

        Assert.Equal(1, alice.Count(here, "so long", "quit"));
        Assert.Equal(0, alice.Count(there, "so long", "quit"));
    }

    [Theory]
    [InlineData("", "second\nthird")]
    [InlineData("batch draft/multiline=max-bytes=4096", "second\nthird")]
    public async Task Connection_LostBeforeALineWent_SaysThatItDidNot(string capabilities, string text)
    {
        await using var mock = IrcServerMock.Plain();
        await using var system = await IrcSystem.StartAsync(mock.Port, new Dictionary<string, string>
        {
            [$"Irc:Networks:{Network}:SecondsPerLine"] = "3600",
            [$"Irc:Networks:{Network}:Burst"] = "2",
        });
        var client = await system.Mas.NewClientAsync("alice");
        await IrcSystem.RequestAsync(client, "JOIN", new { network = Network, name = "#slow" });
        var peer = await mock.AcceptAsync();
        await peer.RegisterAsync(client.Login.Nick, capabilities: capabilities);
        await peer.ExpectStartAsync("JOIN #slow");
        await peer.SendAsync($":{client.Login.Nick}!u@h JOIN #slow");
        await client.WaitAsync(view => view.Group("#slow", Network) is not null, "the window");
        var windowId = IrcSystem.Window(client, "#slow");

        await client.SayAsync(windowId, "first");
        await client.OkAsync("SEND", new { windowId, text });
        await peer.ExpectStartAsync("PRIVMSG #slow :first");
        await peer.DisposeAsync();

        await system.SeesAsync(client, "#slow", "Not sent because the connection was lost: second", "error");
        await system.SeesAsync(client, "#slow", "Not sent because the connection was lost: third", "error");
        Assert.Equal(2, client.Read(view => view.Group("#slow", Network)!.Messages.Values.Count(message => message.Cat == "error")));
    }
}
