using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>Two real servers that lose each other and find each other again.</summary>
public sealed class LinkedServersTests
{
    private const string Network = IrcSystem.Network;

    [Fact]
    public async Task Netsplit_OfRealServers_IsOneLineAndEverybodyComesBackOnce()
    {
        var (hubPort, leafPort) = (FreePort.Next(), FreePort.Next());
        await using var hub = await NgircdServer.StartAsync("hub.test.example", Link("leaf.test.example", leafPort, isPassive: true), hubPort);
        await using var leaf = await NgircdServer.StartAsync("leaf.test.example", Link("hub.test.example", hubPort, isPassive: false), leafPort);
        await using var system = await IrcSystem.StartAsync(hubPort);
        await using var bob = await IrcBystander.JoinedAsync(leafPort, "bob", "#net");
        await using var carol = await IrcBystander.JoinedAsync(leafPort, "carol", "#net");
        var alice = await system.JoinedAsync("alice", "#net");
        await alice.WaitAsync(view => view.Group("#net", Network)!.Members.Count == 3, $"all three over both servers\n{hub.Log}\n{leaf.Log}");

        await leaf.KillAsync();
        await alice.WaitAsync(view => view.Group("#net", Network)!.Members.Count == 1, "the others are split off");
        var told = Assert.Single(alice.Read(view => view.Group("#net", Network)!.Messages.Values.Where(message => message.Body.StartsWith("Netsplit", StringComparison.Ordinal)).ToList()));
        Assert.Contains("2 gone", told.Body, StringComparison.Ordinal);
        Assert.Equal(0, alice.Read(view => view.Group("#net", Network)!.Messages.Values.Count(message => message.Cat == "quit")));
        await leaf.StartAgainAsync();
        await using var again = await IrcBystander.JoinedAsync(leafPort, "bob", "#net");
        await alice.WaitAsync(view => view.Group("#net", Network)!.Members.Count == 2, $"bob is back\n{leaf.Log}");
        await again.SendAsync("PRIVMSG #net :here again");
        await system.SeesAsync(alice, "#net", "here again");

        Assert.Equal(2, alice.Read(view => view.Group("#net", Network)!.Members.Count));
    }

    private static string Link(string name, int port, bool isPassive) => $"""
        [Server]
          Name = {name}
          Host = 127.0.0.1
          Port = {port}
          MyPassword = link
          PeerPassword = link
          Passive = {(isPassive ? "yes" : "no")}
        """;
}
