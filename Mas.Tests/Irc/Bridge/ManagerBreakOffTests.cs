using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>
/// The connection manager is killed between two of its writes, and with it all connections go; the next one brings back what is
/// wanted, and what the users see is as if nothing else had happened. Each test kills it at write after write, until it gets through.
/// </summary>
public sealed class ManagerBreakOffTests(BreakableConnections on) : IClassFixture<BreakableConnections>
{
    private const string Network = IrcSystem.Network;

    private IrcSystem Irc => on.System;

    [Fact]
    public Task Connect_BrokenOff_IsOneConnection() => AtEachWriteAsync(async (client, atWrite) =>
    {
        await on.Manager.BreakAsync(atWrite, async () =>
        {
            await IrcSystem.RequestAsync(client, "CONNECT", new { network = Network });
            await IsConnectedAsync(client);
        });

        await IsConnectedAsync(client);
        await IsNotedAsync(client, wanted: true);
    });

    [Fact]
    public Task Disconnect_BrokenOff_IsToldAndStays() => AtEachWriteAsync(async (client, atWrite) =>
    {
        var channel = IrcFixture.Name("#over");
        await Irc.JoinAsync(client, channel);

        await on.Manager.BreakAsync(atWrite, async () =>
        {
            await client.OkAsync("DISCONNECT", new { network = Network });
            await Irc.IsAsync(client, "disconnected");
            await IsNotedAsync(client, wanted: false);
        });

        await IsNotedAsync(client, wanted: false);
        await Irc.IsAsync(client, "disconnected");
        Assert.False(on.Server.IsConnected(IrcSystem.Nick(client)));
        await IrcSystem.RequestAsync(client, "CONNECT", new { network = Network });
        await IsConnectedAsync(client);
        await Eventually.HoldsAsync(() => on.Server.IsInChannel(IrcSystem.Nick(client)), "the channel is joined again");
        // Behind the state, and ahead of the next connection's.
        Assert.Equal(1, ServerLines(client, "Disconnected"));
    });

    [Fact]
    public Task DisconnectAndConnect_BrokenOff_IsOneConnection() => AtEachWriteAsync(async (client, atWrite) =>
    {
        await IrcSystem.RequestAsync(client, "CONNECT", new { network = Network });
        await IsConnectedAsync(client);
        var nick = IrcSystem.Nick(client);

        await on.Manager.BreakAsync(atWrite, async () =>
        {
            var before = on.Server.ConnectionsOf(nick);
            var first = client.OkAsync("DISCONNECT", new { network = Network });
            await client.OkAsync("CONNECT", new { network = Network });
            await first;
            await Eventually.HoldsAsync(() => on.Server.ConnectionsOf(nick) > before, "a connection that is another one");
            await IsConnectedAsync(client);
            await IsNotedAsync(client, wanted: true);
        });

        await IsConnectedAsync(client);
        await IsNotedAsync(client, wanted: true);
    });

    [Fact]
    public Task Ban_BrokenOff_IsFinal() => AtEachWriteAsync(async (client, atWrite) =>
    {
        await IrcSystem.RequestAsync(client, "CONNECT", new { network = Network });
        await IsConnectedAsync(client);

        await on.Manager.BreakAsync(atWrite, async () =>
        {
            await on.Server.BanAsync(IrcSystem.Nick(client));
            await IsNotedAsync(client, wanted: false);
            await Irc.IsAsync(client, "disconnected");
        });

        await IsNotedAsync(client, wanted: false);
        await Irc.IsAsync(client, "disconnected");
        await Irc.ServerSaysAsync(client, "The server has banned this connection", "error");
    });

    [Fact]
    public Task Nick_BrokenOff_IsTheNewOne() => AtEachWriteAsync(async (client, atWrite) =>
    {
        var channel = IrcFixture.Name("#nick");
        await Irc.JoinAsync(client, channel);
        var nick = IrcFixture.Name("other");

        await on.Manager.BreakAsync(atWrite, async () =>
        {
            await client.OkAsync("SEND", new { windowId = IrcSystem.Window(client, channel), text = $"/nick {nick}" });
            await client.WaitAsync(view => view.Networks[Network].Value<string>("nick") == nick, () => $"the nick\n{Irc.Mas.Logs}");
        });

        await IsConnectedAsync(client);
        Assert.Equal(nick, IrcSystem.Nick(client));
        Assert.Equal(client.UserId, (string?)await Irc.Mas.Redis.Database.HashGetAsync("index:currentnick", $"{Network}:{nick}"));
    });

    [Fact]
    public Task Send_BrokenOff_IsSaidOnceOrToldThatItMayNotBe() => AtEachWriteAsync(async (client, atWrite) =>
    {
        var channel = IrcFixture.Name("#said");
        await Irc.JoinAsync(client, channel);
        var nick = IrcSystem.Nick(client);

        await on.Manager.BreakAsync(atWrite, async () =>
        {
            await client.SayAsync(IrcSystem.Window(client, channel), "hello");
            // Behind it in the same inbox.
            await client.OkAsync("DISCONNECT", new { network = Network });
            await Irc.IsAsync(client, "disconnected");
            await IsNotedAsync(client, wanted: false);
        });

        var said = on.Server.SaidBy(nick).Count(text => text == "hello");
        if (said == 0)
            await client.WaitAsync(view => NotSent(view, channel) == 1, () => $"it is told that it was not sent\n{Irc.Mas.Logs}");
        Assert.InRange(said + client.Read(view => NotSent(view, channel)), 1, 2);
        Assert.Equal(1, client.Read(view => IrcSystem.Count(view, channel, "hello")));
    });

    [Fact]
    public Task Lines_BrokenOff_AreShownOnceInOrder() => AtEachWriteAsync(async (client, atWrite) =>
    {
        var channel = IrcFixture.Name("#lines");
        await Irc.JoinAsync(client, channel);
        var nick = IrcSystem.Nick(client);

        await on.Manager.BreakAsync(atWrite, async () =>
        {
            for (var i = 0; i < 3; i++)
                await on.Server.TellAsync($":bob!b@host PRIVMSG {channel} :{i}");
            // What was said to a connection that is gone by then is said to nobody.
            await Eventually.HoldsAsync(async () =>
            {
                await on.Server.TellAsync($":bob!b@host PRIVMSG {channel} :last");
                return client.Read(view => IrcSystem.Count(view, channel, "last")) > 0;
            }, "a line arrives");
        });

        await IsConnectedAsync(client);
        var heard = client.Read(view => view.Group(channel, Network)!.Messages.Values.Where(message => message.Cat == "msg").Select(message => message.Body).TakeWhile(body => body != "last").ToArray());
        Assert.Equal(Enumerable.Range(0, heard.Length).Select(i => $"{i}"), heard);
        Assert.Equal(["bob", nick], client.Read(view => view.Group(channel, Network)!.Members.Keys
            .Select(member => view.Users[member]["nick"]!.Value<string>(Network)!).Order(StringComparer.Ordinal).ToArray()));
    });

    private async Task AtEachWriteAsync(Func<MasClient, int, Task> scenario)
    {
        await on.Manager.AtEachWriteAsync(async atWrite =>
        {
            var client = await Irc.Mas.NewClientAsync("broken");
            await scenario(client, atWrite);
            // Nobody else's connections come back with the next one's.
            await client.OkAsync("DISCONNECT", new { network = Network });
            await Irc.IsAsync(client, "disconnected");
        });
        Assert.Empty(on.Server.Doubles);
        await Fsck.AssertCleanAsync(Irc.Mas.Redis);
    }

    private async Task IsConnectedAsync(MasClient client)
    {
        await Irc.IsAsync(client, "connected");
        await Eventually.HoldsAsync(() => on.Server.IsConnected(IrcSystem.Nick(client)), "the server has the connection");
    }

    /// <summary>Whether the user's connection is one that a restart brings back; and nothing is left to be told of an earlier one.</summary>
    private Task IsNotedAsync(MasClient client, bool wanted) => Eventually.HoldsAsync(
        async () => await Irc.Mas.Redis.Database.SetContainsAsync("ircconnections", $"{client.UserId}:{Network}") == wanted
            && !await Irc.Mas.Redis.Database.SetContainsAsync("ircconnectionsending", $"{client.UserId}:{Network}"),
        $"the connection is {(wanted ? "" : "not ")}wanted");

    private static int ServerLines(MasClient client, string text) =>
        client.Read(view => view.OneOnOne(ChatView.ServerUserId, Network)!.Messages.Values.Count(message => message.Body == text));

    private static int NotSent(ChatView view, string channel) =>
        view.Group(channel, Network)!.Messages.Values.Count(message => message.Cat == "error" && message.Body.EndsWith("the connection was lost: hello", StringComparison.Ordinal));
}
