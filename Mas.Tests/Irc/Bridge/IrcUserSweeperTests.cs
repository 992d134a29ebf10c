using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>People on IRC are remembered for as long as something names them.</summary>
public sealed class IrcUserSweeperTests
{
    private const string Network = IrcSystem.Network;

    [Fact]
    public async Task People_WhomNothingNamesAnyMore_AreForgottenAndMetAnew()
    {
        await using var mock = IrcServerMock.Plain();
        await using var system = await IrcSystem.StartAsync(mock.Port, new Dictionary<string, string> { ["Irc:ForgetPeopleHours"] = "0.0003" });
        var redis = system.Mas.Redis.Database;
        var alice = await system.Mas.NewClientAsync("alice");
        await IrcSystem.RequestAsync(alice, "CONNECT", new { network = Network });
        await using var peer = await mock.AcceptAsync();
        await peer.RegisterAsync(alice.Login.Nick);
        await system.IsAsync(alice, "connected");
        await JoinAsync("#gone", "bob bob2");
        await JoinAsync("#kept", "dave");
        await peer.SendAsync($":bob!b@h PRIVMSG #gone :hello", $":eve!e@h PRIVMSG {alice.Login.Nick} :psst", ":dave!d@h PART #kept :but what he said stays");
        await system.SeesAsync(alice, "#gone", "hello");
        await system.SeesAsync(alice, "#kept", "but what he said stays", "part");
        var before = await IdsAsync("bob", "bob2", "dave", "eve");
        Assert.DoesNotContain("", before);

        await alice.OkAsync("CLOSE", new { windowId = IrcSystem.Window(alice, "#gone") });

        await Eventually.HoldsAsync(
            async () => !await redis.KeyExistsAsync($"ircuser:{before[0]}") && !await redis.KeyExistsAsync($"ircuser:{before[1]}"), () => $"who was in the channel only is forgotten\n{system.Mas.Logs}", TimeSpan.FromSeconds(60));
        Assert.Equal(["", "", before[2], before[3]], await IdsAsync("bob", "bob2", "dave", "eve"));
        Assert.True(await redis.KeyExistsAsync($"ircuser:{before[2]}") && await redis.KeyExistsAsync($"ircuser:{before[3]}"));
        // Who comes again is somebody new.
        await JoinAsync("#gone", "bob");
        await peer.SendAsync(":bob!b@h PRIVMSG #gone :here again");
        await system.SeesAsync(alice, "#gone", "here again");
        var after = Assert.Single(await IdsAsync("bob"));
        Assert.NotEqual("", after);
        Assert.NotEqual(before[0], after);

        async Task JoinAsync(string channel, string others)
        {
            await alice.OkAsync("JOIN", new { network = Network, name = channel });
            await peer.ExpectStartAsync($"JOIN {channel}");
            await peer.SendAsync($":{alice.Login.Nick}!u@h JOIN {channel}", $":s 353 x = {channel} :{alice.Login.Nick} {others}", $":s 366 x {channel} :End");
            await alice.WaitAsync(view => view.Group(channel, Network)?.Members.Count == 1 + others.Split(' ').Length, $"the members of {channel}");
        }

        async Task<string[]> IdsAsync(params string[] nicks) =>
            await Task.WhenAll(nicks.Select(async nick => (string?)await redis.HashGetAsync("index:ircuser", $"{Network}:{nick}") ?? ""));
    }
}
