namespace Mas.Tests.Irc.Bridge;

/// <summary>Topics, notices, CTCP, typing and what capabilities tell of others, against a scripted server.</summary>
public sealed class ScriptedStateTests(ScriptedNetwork irc) : IClassFixture<ScriptedNetwork>
{
    private const string Network = IrcSystem.Network;
    private const string Bob = ":bob!b@host.example";

    [Fact]
    public async Task Topic_NoneOrEmpty_IsCleared()
    {
        var channel = IrcFixture.Name("#topic");
        var alice = await irc.JoinedAsync("alice", channel);
        string Topic() => alice.Client.Read(view => view.Group(channel, Network)!.Topic);

        await alice.HearAsync($":mock.server 332 {alice.Nick} {channel} :first", $":mock.server 333 {alice.Nick} {channel} bob!b@h 1700000000");
        Assert.Equal("first", Topic());
        Assert.Equal(1, alice.Count(channel, "The topic was set by bob on 2023-11-14 22:13 UTC", "info"));
        await alice.HearAsync($":mock.server 331 {alice.Nick} {channel} :No topic is set");
        Assert.Equal("", Topic());
        await alice.HearAsync($"{Bob} TOPIC {channel} :second");
        Assert.Equal("second", Topic());
        await alice.HearAsync($"{Bob} TOPIC {channel} :");
        Assert.Equal("", Topic());
    }

    [Fact]
    public async Task Notice_BeforeTheWelcome_IsInTheServerWindow()
    {
        var client = await irc.System.Mas.NewClientAsync("alice");
        await IrcSystem.RequestAsync(client, "CONNECT", new { network = Network });
        var peer = await irc.AcceptAsync(client.Login.Nick);

        await peer.SendAsync(":mock.server NOTICE * :*** Looking up your hostname", "NOTICE AUTH :*** Found it");

        await irc.System.ServerSaysAsync(client, "*** Looking up your hostname", "notice");
        await irc.System.ServerSaysAsync(client, "*** Found it", "notice");
    }

    [Fact]
    public async Task Ctcp_TheKnownQueries_AreAnsweredByNotice()
    {
        var alice = await irc.ConnectedAsync("alice");

        await alice.Peer.SendAsync($"{Bob} PRIVMSG {alice.Nick} :\u0001TIME\u0001", $"{Bob} PRIVMSG {alice.Nick} :\u0001SOURCE\u0001", $"{Bob} PRIVMSG {alice.Nick} :\u0001CLIENTINFO\u0001");

        Assert.EndsWith(" GMT\u0001", await alice.Peer.ExpectStartAsync("NOTICE bob :\u0001TIME "), StringComparison.Ordinal);
        await alice.Peer.ExpectAsync("NOTICE bob :\u0001SOURCE MAS\u0001");
        await alice.Peer.ExpectAsync("NOTICE bob :\u0001CLIENTINFO ACTION CLIENTINFO PING SOURCE TIME VERSION\u0001");
    }

    [Fact]
    public async Task Typing_GoesBothWays()
    {
        var channel = IrcFixture.Name("#typing");
        var alice = await irc.JoinedAsync("alice", channel, capabilities: "message-tags");
        await alice.HearAsync();
        var bob = alice.Client.Read(view => view.Users.Single(user => user.Value["nick"]!.Value<string>(Network) == "bob").Key);

        await alice.Client.OkAsync("TYPING", new { windowId = IrcSystem.Window(alice.Client, channel) });
        Assert.Equal($"@+typing=active TAGMSG {channel}", await alice.Peer.ExpectStartAsync("@+typing"));

        await alice.HearAsync($"@+typing=active {Bob} TAGMSG {channel}", $"@+typing=done {Bob} TAGMSG {channel}");
        Assert.Equal([(IrcSystem.Window(alice.Client, channel), bob)], alice.Client.Read(view => view.Typing.ToList()));
    }

    [Fact]
    public async Task PresenceCapabilities_TellWhatMattersAndNothingElse()
    {
        var channel = IrcFixture.Name("#presence");
        var alice = await irc.JoinedAsync("alice", channel, capabilities: "account-notify away-notify chghost extended-join invite-notify setname");
        await alice.HearAsync();
        int Lines() => alice.Client.Read(view => view.Group(channel, Network)!.Messages.Count);
        var before = Lines();

        await alice.HearAsync(
            $":eve!e@h JOIN {channel} account :Eve Example", ":eve!e@h ACCOUNT other", ":eve!e@h AWAY :gone", ":eve!e@h AWAY", ":eve!e@h CHGHOST u new.host", ":eve!e@h SETNAME :Eve E.",
            $":eve!u@new.host INVITE mallory {channel}");

        Assert.Equal(["alice", "bob", "eve"], alice.Members(channel).Keys.Select(nick => nick == alice.Nick ? "alice" : nick));
        // A join and an invitation.
        Assert.Equal(2, Lines() - before);
        Assert.Equal(1, alice.Count(channel, "invites mallory", "info"));
    }

    [Fact]
    public async Task Prefix_OfOurselves_SaysHowLongALineMayBe()
    {
        var channel = IrcFixture.Name("#length");
        var alice = await irc.JoinedAsync("alice", channel, capabilities: "chghost");
        await alice.HearAsync($":{alice.Nick}!u@host.example CHGHOST someident {new string('h', 60)}");

        await alice.Client.OkAsync("SEND", new { windowId = IrcSystem.Window(alice.Client, channel), text = new string('x', 1000) });

        var line = await alice.Peer.ExpectStartAsync("PRIVMSG ");
        Assert.Equal(512, $":{alice.Nick}!someident@{new string('h', 60)} {line}\r\n".Length);
    }

    [Fact]
    public async Task Bouncer_SaysWhatTheUsersOtherClientsSaid()
    {
        var channel = IrcFixture.Name("#znc");
        var alice = await irc.JoinedAsync("alice", channel, capabilities: "znc.in/self-message");

        await alice.HearAsync($":{alice.Nick}!u@h PRIVMSG {channel} :from my phone", $":{alice.Nick}!u@h PRIVMSG carol :hello carol");

        Assert.Equal(alice.Client.UserId, alice.Client.Read(view => view.Group(channel, Network)!.Messages.Values.Single(message => message.Body == "from my phone").UserId));
        await alice.Client.WaitAsync(view => view.Windows.Values.Any(window => window.Messages.Values.Any(message => message.Body == "hello carol")), "the 1on1");
    }

    [Fact]
    public async Task Support_OfAnEarlierConnection_IsForgotten()
    {
        var channel = IrcFixture.Name("#forget");
        var alice = await irc.JoinedAsync("alice", channel, "STATUSMSG=@ CASEMAPPING=ascii");
        await alice.HearAsync($"{Bob} PRIVMSG @{channel} :one");
        await alice.Peer.DisposeAsync();

        await alice.ReconnectedAsync();
        await alice.Peer.ExpectStartAsync($"JOIN {channel}");
        await alice.EnterAsync(channel);
        await alice.HearAsync($"{Bob} PRIVMSG @{channel} :two");

        Assert.Equal(1, alice.Count(channel, "[@] one"));
        Assert.Equal(0, alice.Count(channel, "[@] two"));
    }

    [Fact]
    public async Task Disconnect_WithoutAConnection_IsHarmless()
    {
        var client = await irc.System.Mas.NewClientAsync("alice");
        await IrcSystem.RequestAsync(client, "DISCONNECT", new { network = Network });

        await client.OkAsync("CONNECT", new { network = Network });
        await new ScriptedUser(irc, client, await irc.AcceptAsync(client.Login.Nick)).RegisterAsync("NICKLEN=30", "");
    }
}
