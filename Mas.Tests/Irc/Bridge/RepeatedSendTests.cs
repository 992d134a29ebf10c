namespace Mas.Tests.Irc.Bridge;

/// <summary>
/// What a client sends again, since it has not been told what became of it, is said on IRC once; also when the first attempt
/// was held up between a server and Redis, and comes behind its repetition without saying what it is.
/// </summary>
public sealed class RepeatedSendTests(ScriptedNetwork irc) : IClassFixture<ScriptedNetwork>
{
    private const string Network = IrcSystem.Network;

    [Fact]
    public async Task Send_FirstAttemptBehindItsRepetition_IsSaidOnce()
    {
        var channel = IrcFixture.Name("#heldup");
        var alice = await irc.JoinedAsync("alice", channel);
        var windowId = IrcSystem.Window(alice.Client, channel);

        var repeated = await alice.Client.OkAsync("SEND", new { windowId, text = "held up", rid = "a", retry = true });
        var heldUp = await alice.Client.SayAsync(windowId, "held up", "a");
        await alice.Client.SayAsync(windowId, "next", "b");

        Assert.Equal(repeated.Value<long>("gid"), heldUp);
        await alice.Peer.ExpectAsync($"PRIVMSG {channel} :held up", $"PRIVMSG {channel} :next");
        await alice.HearAsync();
        Assert.Equal(1, alice.Count(channel, "held up"));
    }

    [Fact]
    public async Task Send_FirstAttemptBehindItsRepetitionInAOneOnOne_IsSaidOnce()
    {
        var alice = await irc.ConnectedAsync("alice");
        var windowId = (await alice.Client.OkAsync("CHAT", new { network = Network, nick = "bob" })).Value<int>("windowId");

        var repeated = await alice.Client.OkAsync("SEND", new { windowId, text = "held up", rid = "a", retry = true });
        var heldUp = await alice.Client.SayAsync(windowId, "held up", "a");
        await alice.Client.SayAsync(windowId, "next", "b");

        Assert.Equal(repeated.Value<long>("gid"), heldUp);
        await alice.Peer.ExpectAsync("PRIVMSG bob :held up", "PRIVMSG bob :next");
    }

    [Fact]
    public async Task Send_OfSeveralLinesBehindItsRepetition_IsSaidOnce()
    {
        var channel = IrcFixture.Name("#lines");
        var alice = await irc.JoinedAsync("alice", channel);
        var windowId = IrcSystem.Window(alice.Client, channel);

        var repeated = await alice.Client.OkAsync("SEND", new { windowId, text = "one\ntwo", rid = "a", retry = true });
        var heldUp = await alice.Client.OkAsync("SEND", new { windowId, text = "one\ntwo", rid = "a" });
        await alice.Client.SayAsync(windowId, "next", "b");

        Assert.Equal(repeated["gids"]!.ToString(), heldUp["gids"]!.ToString());
        await alice.Peer.ExpectAsync($"PRIVMSG {channel} :one", $"PRIVMSG {channel} :two", $"PRIVMSG {channel} :next");
        await alice.HearAsync();
        Assert.Equal((1, 1), (alice.Count(channel, "one"), alice.Count(channel, "two")));
    }

    [Theory]
    [InlineData("/me waves", "PRIVMSG {0} :\u0001ACTION waves\u0001")]
    [InlineData("/msg bob hello", "PRIVMSG bob :hello")]
    [InlineData("/topic news", "TOPIC {0} :news")]
    [InlineData("/quote VERSION", "VERSION")]
    public async Task Command_SentAgain_IsCarriedOutOnce(string typed, string line)
    {
        var channel = IrcFixture.Name("#again");
        var alice = await irc.JoinedAsync("alice", channel);
        var windowId = IrcSystem.Window(alice.Client, channel);

        var first = await alice.Client.OkAsync("SEND", new { windowId, text = typed, rid = "a" });
        var again = await alice.Client.OkAsync("SEND", new { windowId, text = typed, rid = "a", retry = true });
        await alice.Client.SayAsync(windowId, "next", "b");

        Assert.Equal(first.Value<long?>("gid"), again.Value<long?>("gid"));
        await alice.Peer.ExpectAsync(string.Format(null, line, channel), $"PRIVMSG {channel} :next");
    }

    [Theory]
    [InlineData("server")]
    [InlineData("connectionmanager")]
    [InlineData("ircparser")]
    public async Task Command_SentAgainBehindALoss_IsCarriedOutOnce(string lost)
    {
        var channel = IrcFixture.Name("#lost");
        var alice = await irc.JoinedAsync("alice", channel);
        var windowId = IrcSystem.Window(alice.Client, channel);
        await alice.Client.OkAsync("SEND", new { windowId, text = "/topic news", rid = "a" });
        await alice.Peer.ExpectAsync($"TOPIC {channel} :news");

        switch (lost)
        {
            case "server":
                await alice.Client.OkAsync("DISCONNECT", new { network = Network });
                await irc.System.IsAsync(alice.Client, "disconnected");
                await alice.Client.OkAsync("CONNECT", new { network = Network });
                break;
            case "connectionmanager":
                await irc.System.Manager.Process.KillAsync();
                await irc.System.Manager.StartAgainAsync();
                break;
            default:
                await irc.System.Parser.Process.KillAsync();
                await irc.System.Parser.StartAgainAsync();
                break;
        }
        if (lost != "ircparser")
        {
            await alice.ReconnectedAsync();
            await alice.Peer.ExpectAsync($"JOIN {channel}");
            await alice.EnterAsync(channel);
        }
        await alice.HearAsync();
        await alice.Client.OkAsync("SEND", new { windowId, text = "/topic news", rid = "a", retry = true });
        await alice.Client.SayAsync(windowId, "next", "b");

        await alice.Peer.ExpectAsync($"PRIVMSG {channel} :next");
    }
}
