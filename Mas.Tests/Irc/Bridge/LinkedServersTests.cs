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
        await alice.WaitAsync(view => view.Group("#net", Network)!.Members.Count == 3, () => $"all three over both servers\n{hub.Log}\n{leaf.Log}");

        await leaf.KillAsync();
        await alice.WaitAsync(view => view.Group("#net", Network)!.Members.Count == 1, "the others are split off");
        var told = Assert.Single(alice.Read(view => view.Group("#net", Network)!.Messages.Values.Where(message => message.Body.StartsWith("Netsplit", StringComparison.Ordinal)).ToList()));
        Assert.Contains("2 gone", told.Body, StringComparison.Ordinal);
        Assert.Equal(0, alice.Read(view => view.Group("#net", Network)!.Messages.Values.Count(message => message.Cat == "quit")));
        await leaf.StartAgainAsync();
        await using var again = await IrcBystander.JoinedAsync(leafPort, "bob", "#net");
        await alice.WaitAsync(view => view.Group("#net", Network)!.Members.Count == 2, () => $"bob is back\n{leaf.Log}");
        await again.SendAsync("PRIVMSG #net :here again");
        await system.SeesAsync(alice, "#net", "here again");

        Assert.Equal(2, alice.Read(view => view.Group("#net", Network)!.Members.Count));
    }

    [Fact]
    public async Task NickCollision_WhenServersLink_ComesBackOnceAndJoinsAgain()
    {
        var (hubPort, leafPort) = (FreePort.Next(), FreePort.Next());
        await using var hub = await NgircdServer.StartAsync("hub.test.example", Link("leaf.test.example", leafPort, isPassive: true), hubPort);
        await using var leaf = await NgircdServer.StartAsync("leaf.test.example", Link("hub.test.example", hubPort, isPassive: true), leafPort);
        await using var system = await IrcSystem.StartAsync(hubPort);
        await using var bob = await IrcBystander.JoinedAsync(hubPort, "bob", "#net");
        var alice = await system.JoinedAsync("alice", "#net");
        var nick = IrcSystem.Nick(alice);
        await using var other = await IrcBystander.ConnectAsync(leafPort, nick);
        await using var oper = await IrcBystander.ConnectAsync(leafPort, "operator");
        await oper.SendAsync("OPER oper oper");
        await oper.HeardAsync(line => line.Contains(" 381 ", StringComparison.Ordinal), "that it is an operator");

        // Until now each server had an alice of its own; linked, they kill both.
        await oper.SendAsync("CONNECT hub.test.example");

        bool IsJoin(string line) => line.StartsWith(":alice", StringComparison.Ordinal) && line.Contains(" JOIN ", StringComparison.Ordinal);
        await Eventually.HoldsAsync(() => bob.Lines.Count(IsJoin) == 2, () => $"alice is back\n{hub.Log}\n{system.Mas.Logs}");
        await system.IsAsync(alice, "connected");
        await bob.SendAsync("PRIVMSG #net :one alice left");
        await system.SeesAsync(alice, "#net", "one alice left");
        await alice.SayAsync(IrcSystem.Window(alice, "#net"), "it is me");
        var said = await bob.HeardAsync("PRIVMSG #net :it is me");
        Assert.StartsWith($":{IrcSystem.Nick(alice)}!", said, StringComparison.Ordinal);
        Assert.Equal(2, alice.Read(view => view.Group("#net", Network)!.Members.Count));
        Assert.Equal(1, alice.Read(view => IrcSystem.Count(view, "#net", "one alice left")));
        await bob.SendAsync("NAMES #net");
        var names = await bob.HeardAsync(line => line.Contains(" 353 ", StringComparison.Ordinal) && line.Contains(IrcSystem.Nick(alice), StringComparison.Ordinal), "the names");
        Assert.Equal(2, names[(names.LastIndexOf(':') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
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
