using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>A user who does not want to be connected any more is left alone.</summary>
public sealed class DisconnectTests
{
    private const string Network = IrcSystem.Network;

    [Fact]
    public async Task Disconnect_InThePauseBeforeTheNextAttempt_CancelsIt()
    {
        var irc = new ScriptedNetwork { Settings = new Dictionary<string, string> { [$"Irc:Networks:{Network}:ReconnectSeconds"] = "1" } };
        await irc.InitializeAsync();
        try
        {
            var alice = await irc.ConnectedAsync("alice");
            var dora = await irc.ConnectedAsync("dora");
            await alice.Peer.DisposeAsync();
            await irc.System.ServerSaysAsync(alice.Client, "the next attempt is in");

            await alice.Client.OkAsync("DISCONNECT", new { network = Network });

            await Eventually.HoldsAsync(
                async () => !await irc.System.Mas.Redis.Database.SetContainsAsync("ircconnections", $"{alice.Client.UserId}:{Network}"), "the connection manager knows");
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
            await irc.System.ServerSaysAsync(alice.Client, "the next attempt is in");

            await alice.Client.OkAsync("CONNECT", new { network = Network });

            await alice.ReconnectedAsync();
        }
        finally
        {
            await irc.DisposeAsync();
        }
    }
}
