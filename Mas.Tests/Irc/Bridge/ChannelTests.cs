using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>Channels through the whole system, on a real server.</summary>
public sealed class ChannelTests
{
    [Fact]
    public async Task Join_NewChannel_TalksBothWays()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var system = await IrcSystem.StartAsync(server.Port);
        await using var bob = await IrcBystander.JoinedAsync(server.Port, "bob", "#tea");

        var alice = await system.JoinedAsync("alice", "#tea");
        await bob.SendAsync("PRIVMSG #tea :hello from IRC");
        await system.SeesAsync(alice, "#tea", "hello from IRC");
        await alice.SayAsync(IrcSystem.Window(alice, "#tea"), "hello from MAS");

        await bob.HeardAsync("PRIVMSG #tea :hello from MAS");
        var members = alice.Read(view => view.Group("#tea", IrcSystem.Network)!.Members.Count);
        Assert.Equal(2, members);
    }
}
