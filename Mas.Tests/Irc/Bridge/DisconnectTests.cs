using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>A user who does not want to be connected any more is left alone.</summary>
public sealed class DisconnectTests
{
    private const string Network = IrcSystem.Network;

    [Fact]
    public async Task Disconnect_InThePauseBeforeTheNextAttempt_CancelsIt()
    {
        var irc = new ScriptedNetwork { Settings = new Dictionary<string, string> { [$"Irc:Networks:{Network}:ReconnectSeconds"] = "2" } };
        await irc.InitializeAsync();
        try
        {
            var alice = await irc.ConnectedAsync("alice");
            var dora = await irc.ConnectedAsync("dora");
            await alice.Peer.DisposeAsync();
            await irc.System.ServerSaysAsync(alice.Client, "Next attempt in");

            await alice.Client.OkAsync("DISCONNECT", new { network = Network });

            await irc.System.ServerSaysAsync(alice.Client, "Disconnected");
            Assert.False(await irc.System.Mas.Redis.Database.SetContainsAsync("ircconnections", $"{alice.Client.UserId}:{Network}"));
            // Two such pauses, one after the other, are longer than the longest that alice's could have been.
            for (var pause = 0; pause < 2; pause++)
            {
                await dora.Peer.DisposeAsync();
                await dora.ReconnectedAsync();
            }
            Assert.Equal([alice.Nick, dora.Nick, dora.Nick, dora.Nick], irc.Nicks);
            Assert.Equal(0, irc.Mock.WaitingConnections);
            await irc.System.IsAsync(alice.Client, "disconnected");

            await alice.Client.OkAsync("CONNECT", new { network = Network });
            await alice.ReconnectedAsync();
        }
        finally
        {
            await irc.DisposeAsync();
        }
    }

    [Fact]
    public async Task Connect_InThePauseBeforeTheNextAttempt_CutsItShort()
    {
        var irc = new ScriptedNetwork { Settings = new Dictionary<string, string> { [$"Irc:Networks:{Network}:ReconnectSeconds"] = "3600" } };
        await irc.InitializeAsync();
        try
        {
            var alice = await irc.ConnectedAsync("alice");
            await alice.Peer.DisposeAsync();
            await irc.System.ServerSaysAsync(alice.Client, "Next attempt in");

            await alice.Client.OkAsync("CONNECT", new { network = Network });

            await alice.ReconnectedAsync();
            Assert.True(await irc.System.Mas.Redis.Database.SetContainsAsync("ircconnections", $"{alice.Client.UserId}:{Network}"));
        }
        finally
        {
            await irc.DisposeAsync();
        }
    }

    [Fact]
    public async Task Connect_ThatFailsInThePauseBeforeTheNextAttempt_LeavesNoSecondConnectionBehind()
    {
        var irc = new ScriptedNetwork { Settings = new Dictionary<string, string> { [$"Irc:Networks:{Network}:ReconnectSeconds"] = "4" } };
        await irc.InitializeAsync();
        try
        {
            var redis = irc.System.Mas.Redis.Database;
            var alice = await irc.ConnectedAsync("alice");
            var dora = await irc.ConnectedAsync("dora");
            await alice.Peer.DisposeAsync();
            await irc.System.ServerSaysAsync(alice.Client, "Next attempt in");
            // No write of what is wanted succeeds.
            await redis.KeyRenameAsync("ircconnections", "aside");
            await redis.StringSetAsync("ircconnections", "no set");
            await alice.Client.OkAsync("CONNECT", new { network = Network });
            await Eventually.HoldsAsync(() => redis.KeyExistsAsync("inbox:connectionmanager:dead"), "it has failed");
            await redis.KeyRenameAsync("aside", "ircconnections");
            await redis.KeyDeleteAsync("inbox:connectionmanager:dead");

            await alice.Client.OkAsync("CONNECT", new { network = Network });
            await alice.ReconnectedAsync();

            // Two such pauses, one after the other, are longer than the longest that alice's could have been.
            for (var pause = 0; pause < 2; pause++)
            {
                await dora.Peer.DisposeAsync();
                await dora.ReconnectedAsync();
            }
            Assert.Equal([alice.Nick, dora.Nick, alice.Nick, dora.Nick, dora.Nick], irc.Nicks);
            Assert.Equal(0, irc.Mock.WaitingConnections);
        }
        finally
        {
            await irc.DisposeAsync();
        }
    }

    [Fact]
    public async Task ConnectionManager_StoppedInAPause_ForgetsNobody()
    {
        var irc = new ScriptedNetwork { Settings = new Dictionary<string, string> { [$"Irc:Networks:{Network}:ReconnectSeconds"] = "3600" } };
        await irc.InitializeAsync();
        try
        {
            var alice = await irc.ConnectedAsync("alice");
            await alice.Peer.DisposeAsync();
            await irc.System.ServerSaysAsync(alice.Client, "Next attempt in");

            await irc.System.Manager.Process.StopAsync();
            await irc.System.Manager.StartAgainAsync();

            await alice.ReconnectedAsync();
        }
        finally
        {
            await irc.DisposeAsync();
        }
    }

    [Fact]
    public async Task Connect_AskedAgainAndAgain_IsOneConnection()
    {
        var irc = new ScriptedNetwork();
        await irc.InitializeAsync();
        try
        {
            var client = await irc.System.Mas.NewClientAsync("alice");
            await IrcSystem.RequestAsync(client, "CONNECT", new { network = Network });
            for (var i = 0; i < 5; i++)
                await client.OkAsync("CONNECT", new { network = Network });
            var alice = new ScriptedUser(irc, client, await irc.AcceptAsync(client.Login.Nick));
            await client.OkAsync("CONNECT", new { network = Network });
            await alice.RegisterAsync("NICKLEN=30", "");
            await client.OkAsync("CONNECT", new { network = Network });
            // Behind it in the same inbox: by then the connection manager has handled them all.
            var windowId = (await client.OkAsync("CHAT", new { network = Network, nick = "bob" })).Value<int>("windowId");
            await client.OkAsync("SEND", new { windowId, text = "here" });
            await alice.Peer.ExpectStartAsync("PRIVMSG bob :here");

            Assert.Equal([client.Login.Nick], irc.Nicks);
            Assert.Equal(0, irc.Mock.WaitingConnections);
        }
        finally
        {
            await irc.DisposeAsync();
        }
    }
}
