using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>Conversations of two, and the server window, on a real server.</summary>
public sealed class OneOnOneTests(IrcFixture irc) : IClassFixture<IrcFixture>
{
    private const string Network = IrcSystem.Network;

    [Fact]
    public async Task Message_FromANick_OpensAWindowThatAnswers()
    {
        var alice = await irc.System.ConnectedAsync("alice");
        await using var bob = await IrcBystander.ConnectAsync(irc.Server.Port, IrcFixture.Name("bob"));

        await bob.SendAsync($"PRIVMSG {IrcSystem.Nick(alice)} :psst");
        var window = await WindowAsync(alice, "psst");
        await alice.SayAsync(window.WindowId, "what?");

        await bob.HeardAsync($"PRIVMSG {bob.Nick} :what?");
        Assert.Equal(bob.Nick, alice.Read(view => view.Users[window.PeerId!].Value<string>("name")));
    }

    [Fact]
    public async Task Window_OfANickThatChanged_StaysTheSame()
    {
        var channel = IrcFixture.Name("#known");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        await bob.SendAsync($"PRIVMSG {IrcSystem.Nick(alice)} :before");
        var before = await WindowAsync(alice, "before");
        var rob = IrcFixture.Name("rob");

        await bob.SendAsync($"NICK {rob}", $"PRIVMSG {IrcSystem.Nick(alice)} :after");
        var after = await WindowAsync(alice, "after");
        await alice.SayAsync(after.WindowId, "hi rob");

        Assert.Equal(before.WindowId, after.WindowId);
        await bob.HeardAsync($"PRIVMSG {rob} :hi rob");
    }

    [Fact]
    public async Task Msg_Typed_OpensTheWindowAndSays()
    {
        var channel = IrcFixture.Name("#home");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);

        await alice.OkAsync("SEND", new { windowId = IrcSystem.Window(alice, channel), text = $"/msg {bob.Nick} a secret" });

        await bob.HeardAsync($"PRIVMSG {bob.Nick} :a secret");
        await WindowAsync(alice, "a secret");
    }

    [Fact]
    public async Task Chat_WithANickThatIsNotThere_ShowsTheRefusalThere()
    {
        var alice = await irc.System.ConnectedAsync("alice");

        var windowId = (await alice.OkAsync("CHAT", new { network = Network, nick = "nobodyhere" })).Value<int>("windowId");
        await alice.WaitAsync(view => view.Windows.ContainsKey(windowId), "the window");
        await alice.SayAsync(windowId, "anybody?");

        await alice.WaitAsync(view => view.Windows[windowId].Messages.Values.Any(message => message.Cat == "error" && message.Body.Contains("nobodyhere", StringComparison.Ordinal)), "401 in the window");
    }

    [Fact]
    public async Task TwoUsersOfThisMas_OverIrc_ShareOneConversation()
    {
        var alice = await irc.System.ConnectedAsync("alice");
        var dora = await irc.System.ConnectedAsync("dora");

        var windowId = (await alice.OkAsync("CHAT", new { network = Network, nick = IrcSystem.Nick(dora) })).Value<int>("windowId");
        await alice.WaitAsync(view => view.Windows.ContainsKey(windowId), "the window");
        var gid = await alice.SayAsync(windowId, "over IRC");
        await dora.WaitAsync(view => view.OneOnOne(alice.UserId, Network)?.Messages.ContainsKey(gid) == true, "the message, by its gid");
        await dora.SayAsync(dora.Read(view => view.OneOnOne(alice.UserId, Network)!.WindowId), "and back");

        await alice.WaitAsync(view => view.Windows[windowId].Messages.Values.Any(message => message.Body == "and back"), "the answer");
        await irc.System.Mas.Redis.Database.PingAsync();
        Assert.Equal(2, alice.Read(view => view.Windows[windowId].Messages.Count));
    }

    [Fact]
    public async Task Ctcp_Queries_AreAnsweredByNoticeAndAreNoChat()
    {
        var alice = await irc.System.ConnectedAsync("alice");
        await using var bob = await IrcBystander.ConnectAsync(irc.Server.Port, IrcFixture.Name("bob"));
        var nick = IrcSystem.Nick(alice);

        await bob.SendAsync($"PRIVMSG {nick} :\u0001VERSION\u0001", $"PRIVMSG {nick} :\u0001PING 123\u0001", $"PRIVMSG {nick} :\u0001FROBNICATE\u0001", $"PRIVMSG {nick} :\u0001DCC SEND x 1 2 3\u0001");

        await bob.HeardAsync($"NOTICE {bob.Nick} :\u0001VERSION MAS\u0001");
        await bob.HeardAsync($"NOTICE {bob.Nick} :\u0001PING 123\u0001");
        await irc.System.ServerSaysAsync(alice, $"{bob.Nick} offers a direct connection (DCC SEND x 1 2 3)", "info");
        Assert.DoesNotContain(alice.Read(view => view.Windows.Values.ToList()), window => window.PeerId is { } peer && peer != ChatView.ServerUserId);
    }

    [Fact]
    public async Task Ctcp_Flood_IsAnsweredAtALimitedRate()
    {
        var alice = await irc.System.ConnectedAsync("alice");
        await using var bob = await IrcBystander.ConnectAsync(irc.Server.Port, IrcFixture.Name("bob"));
        var nick = IrcSystem.Nick(alice);

        await bob.SendAsync([.. Enumerable.Range(0, 10).Select(i => $"PRIVMSG {nick} :\u0001PING {i}\u0001"), $"PRIVMSG {nick} :done"]);
        var window = await WindowAsync(alice, "done");
        await alice.SayAsync(window.WindowId, "end");
        await bob.HeardAsync($"PRIVMSG {bob.Nick} :end");

        Assert.Equal(3, bob.Lines.Count(line => line.Contains("\u0001PING", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Notice_OfANick_CausesNoAnswerAndNoWindow()
    {
        var alice = await irc.System.ConnectedAsync("alice");
        await using var bob = await IrcBystander.ConnectAsync(irc.Server.Port, IrcFixture.Name("bob"));

        await bob.SendAsync($"NOTICE {IrcSystem.Nick(alice)} :\u0001VERSION none\u0001", $"NOTICE {IrcSystem.Nick(alice)} :just so you know");

        await irc.System.ServerSaysAsync(alice, $"{bob.Nick}: just so you know", "notice");
        await bob.SettleAsync();
        Assert.DoesNotContain(bob.Lines, line => line.StartsWith($":{IrcSystem.Nick(alice)}!", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whois_AwayAndInvite_AreShown()
    {
        var channel = IrcFixture.Name("#guests");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.System.ConnectedAsync("alice");

        await alice.OkAsync("WHOIS", new { network = Network, nick = bob.Nick });
        await irc.System.ServerSaysAsync(alice, $"{bob.Nick} ", "server");
        await bob.SendAsync($"INVITE {IrcSystem.Nick(alice)} {channel}", "AWAY :lunch");
        await irc.System.ServerSaysAsync(alice, $"{bob.Nick} invites you to {channel}", "info");
        var windowId = (await alice.OkAsync("CHAT", new { network = Network, nick = bob.Nick })).Value<int>("windowId");
        await bob.SettleAsync();
        await alice.WaitAsync(view => view.Windows.ContainsKey(windowId), "the window");
        await alice.SayAsync(windowId, "hungry?");

        await alice.WaitAsync(view => view.Windows[windowId].Messages.Values.Any(message => message.Body == "is away: lunch"), "301 in the window");
    }

    [Fact]
    public async Task Away_Typed_IsToldToTheServer()
    {
        var alice = await irc.System.ConnectedAsync("alice");
        await irc.System.ServerSaysAsync(alice, "hello", "banner");
        await using var bob = await IrcBystander.ConnectAsync(irc.Server.Port, IrcFixture.Name("bob"));

        await alice.OkAsync("SEND", new { windowId = ServerWindow(alice), text = "/away at sea" });
        await irc.System.ServerSaysAsync(alice, "away", "server");
        await bob.SendAsync($"PRIVMSG {IrcSystem.Nick(alice)} :there?");

        await bob.HeardAsync(":at sea");
    }

    [Fact]
    public async Task ServerWindow_Said_IsRefused()
    {
        var alice = await irc.System.ConnectedAsync("alice");
        await irc.System.ServerSaysAsync(alice, "hello", "banner");

        var ack = await alice.RequestAsync("SEND", new { windowId = ServerWindow(alice), text = "hello?" });

        Assert.Equal("ERROR", ack.Value<string>("status"));
    }

    [Fact]
    public async Task Help_Typed_ListsTheCommands()
    {
        var alice = await irc.System.ConnectedAsync("alice");
        await irc.System.ServerSaysAsync(alice, "hello", "banner");

        var ack = await alice.OkAsync("SEND", new { windowId = ServerWindow(alice), text = "/help" });

        Assert.Contains("/quote", ack.Value<string>("text"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Network_Unknown_IsNotFound()
    {
        var alice = await irc.System.ConnectedAsync("alice");

        var ack = await alice.RequestAsync("JOIN", new { network = "NoSuchNet", name = "#x" });

        Assert.Equal("NOT_FOUND", ack.Value<string>("status"));
    }

    [Fact]
    public async Task Disconnect_ThenSay_IsNotConnected()
    {
        var channel = IrcFixture.Name("#gone");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);

        await alice.OkAsync("DISCONNECT", new { network = Network });
        await irc.System.IsAsync(alice, "disconnected");
        var ack = await alice.RequestAsync("SEND", new { windowId = IrcSystem.Window(alice, channel), text = "hello?" });

        Assert.Equal("NOT_CONNECTED", ack.Value<string>("status"));
        await bob.HeardAsync(line => line.StartsWith($":{IrcSystem.Nick(alice)}!", StringComparison.Ordinal) && line.Contains(" QUIT ", StringComparison.Ordinal), "the QUIT");
    }

    [Fact]
    public async Task Destroy_OfTheAccount_LeavesTheNetwork()
    {
        var channel = IrcFixture.Name("#destroyed");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        var nick = IrcSystem.Nick(alice);

        await alice.OkAsync("DESTROY_ACCOUNT", new { password = alice.Login.Password });

        await bob.HeardAsync(
            line => line.StartsWith($":{nick}!", StringComparison.Ordinal) && (line.Contains(" QUIT ", StringComparison.Ordinal) || line.Contains(" PART ", StringComparison.Ordinal)),
            "the QUIT, or the PART ahead of it");
        var database = irc.System.Mas.Redis.Database;
        await Eventually.HoldsAsync(
            async () => irc.System.Mas.Redis.Keys($"window:{alice.UserId}:*").Count == 0 && !await database.KeyExistsAsync($"networks:{alice.UserId}:{Network}") && !await database.SetContainsAsync("ircconnections", $"{alice.UserId}:{Network}"),
            "nothing is kept of the place on the network");
    }

    [Fact]
    public async Task Destroy_OfAnAccountWithoutAWindowOfTheNetwork_LeavesTheNetwork()
    {
        var channel = IrcFixture.Name("#windowless");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        foreach (var windowId in alice.Read(view => view.Windows.Values.Where(window => window.Network == Network).Select(window => window.WindowId).ToArray()))
            await alice.OkAsync("CLOSE", new { windowId });
        await alice.WaitAsync(view => view.Windows.Values.All(window => window.Network != Network), "no window of the network");

        await alice.OkAsync("DESTROY_ACCOUNT", new { password = alice.Login.Password });

        await Eventually.HoldsAsync(
            async () => !await irc.System.Mas.Redis.Database.SetContainsAsync("ircconnections", $"{alice.UserId}:{Network}"), "the connection is over");
    }

    [Fact]
    public async Task Destroy_OfTheAccount_LeavesNothingOfWhatWasSaidByTwo()
    {
        var channel = IrcFixture.Name("#privately");
        await using var bob = await irc.BystanderAsync(channel);
        var alice = await irc.UserAsync(channel);
        await bob.SendAsync($"PRIVMSG {IrcSystem.Nick(alice)} :between us");
        var window = await WindowAsync(alice, "between us");
        await alice.OkAsync("CLOSE", new { windowId = window.WindowId });
        var database = irc.System.Mas.Redis.Database;
        var ids = await OneOnOnesAsync();
        // With Bob, and with the server.
        Assert.Equal(2, ids.Length);

        await alice.OkAsync("DESTROY_ACCOUNT", new { password = alice.Login.Password });
        await database.SortedSetAddAsync("accountsclosing", alice.UserId, 1);

        await Eventually.HoldsAsync(async () => (await OneOnOnesAsync()).Length == 0, () => $"no conversation of two is left\n{irc.System.Mas.Logs}");
        foreach (var id in ids)
            await Eventually.HoldsAsync(async () => !await database.KeyExistsAsync($"conversationmsgs:{id}") && !await database.KeyExistsAsync($"conversation:{id}"), "nothing of it is left");

        async Task<string[]> OneOnOnesAsync() =>
            [.. (await database.HashGetAllAsync("index:conversation"))
                .Where(entry => ((string)entry.Name!).Split(':') is ["1on1", Network, var one, var other] && (one == alice.UserId || other == alice.UserId)).Select(entry => (string)entry.Value!)];
    }

    private static int ServerWindow(MasClient client) => client.Read(view => view.OneOnOne(ChatView.ServerUserId, Network)!.WindowId);

    private async Task<ViewWindow> WindowAsync(MasClient client, string body)
    {
        await client.WaitAsync(view => Find(view, body) is not null, () => $"a 1on1 with '{body}'\n{irc.System.Mas.Logs}");
        return client.Read(view => Find(view, body)!);
    }

    private static ViewWindow? Find(ChatView view, string body) => view.Windows.Values.SingleOrDefault(window =>
        window.Network == Network && window.PeerId is { } peer && peer != ChatView.ServerUserId && window.Messages.Values.Any(message => message.Body == body));
}
