using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>Always on: what survives the death of each part.</summary>
public sealed class RestartTests
{
    private const string Network = IrcSystem.Network;

    [Fact]
    public async Task Parser_KilledAndStartedAgain_DropsNobodyAndLosesNothing()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var system = await IrcSystem.StartAsync(server.Port);
        await using var bob = await IrcBystander.JoinedAsync(server.Port, "bob", "#tea");
        var alice = await system.JoinedAsync("alice", "#tea");
        var dora = await system.JoinedAsync("dora", "#tea");

        await bob.SendAsync([.. Enumerable.Range(0, 40).Select(i => $"PRIVMSG #tea :line {i % 20}")]);
        await alice.WaitAsync(view => IrcSystem.Count(view, "#tea", "line 3") > 0, "the first lines");
        await system.Parser.Process.KillAsync();
        await bob.SendAsync([.. Enumerable.Range(20, 20).Select(i => $"PRIVMSG #tea :line {i}")]);
        await bob.SendAsync("TOPIC #tea :meanwhile", "PRIVMSG #tea :last");
        await bob.SettleAsync();
        await system.Parser.StartAgainAsync();

        foreach (var client in new[] { alice, dora })
        {
            await system.SeesAsync(client, "#tea", "last");
            for (var i = 0; i < 40; i++)
                Assert.Equal(i < 20 ? 2 : 1, client.Read(view => IrcSystem.Count(view, "#tea", $"line {i}")));
            Assert.Equal("meanwhile", client.Read(view => view.Group("#tea", Network)!.Topic));
        }
        await alice.SayAsync(IrcSystem.Window(alice, "#tea"), "I never left");
        await bob.HeardAsync("PRIVMSG #tea :I never left");
        Assert.DoesNotContain(bob.Lines, line => line.Contains(" QUIT ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Parser_KilledAgainAndAgainUnderLoad_HasEveryLineOnceInOrder()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var system = await IrcSystem.StartAsync(server.Port);
        await using var bob = await IrcBystander.JoinedAsync(server.Port, "bob", "#load");
        var alice = await system.JoinedAsync("alice", "#load");
        var dora = await system.JoinedAsync("dora", "#load");
        const int Lines = 120;

        for (var round = 0; round < 3; round++)
        {
            await bob.SendAsync([.. Enumerable.Range(round * Lines / 3, Lines / 3).Select(i => $"PRIVMSG #load :n{i}")]);
            await alice.WaitAsync(view => IrcSystem.Count(view, "#load", $"n{round * Lines / 3}") > 0, "some lines");
            await system.Parser.Process.KillAsync();
            await system.Parser.StartAgainAsync();
        }

        foreach (var client in new[] { alice, dora })
        {
            await system.SeesAsync(client, "#load", $"n{Lines - 1}");
            var said = client.Read(view => view.Group("#load", Network)!.Messages.Values.Where(message => message.Cat == "msg").Select(message => message.Body).ToList());
            Assert.Equal(Enumerable.Range(0, Lines).Select(i => $"n{i}"), said);
        }
    }

    [Fact]
    public async Task ConnectionManager_Restarted_BringsEverybodyBack()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var system = await IrcSystem.StartAsync(server.Port);
        await using var bob = await IrcBystander.JoinedAsync(server.Port, "bob", "#tea");
        await bob.SendAsync("MODE #tea +k sesame");
        await bob.SettleAsync();
        var alice = await system.Mas.NewClientAsync("alice");
        await system.JoinAsync(alice, "#tea", "sesame");
        var away = await system.JoinedAsync("away", "#other");
        await away.CloseAsync();

        await system.Manager.Process.KillAsync();
        await bob.HeardAsync(line => line.Contains(" QUIT ", StringComparison.Ordinal), "the old connection is gone");
        await system.Manager.StartAgainAsync();

        await Eventually.HoldsAsync(() => bob.Lines.Count(line => line.Contains(" JOIN ", StringComparison.Ordinal) && line.StartsWith($":{IrcSystem.Nick(alice)}!", StringComparison.Ordinal)) == 2, () => $"alice is back in the channel\n{system.Mas.Logs}");
        await system.IsAsync(alice, "connected");
        await bob.SendAsync("PRIVMSG #tea :welcome back");
        await system.SeesAsync(alice, "#tea", "welcome back");
        await Eventually.PassesAsync(async () =>
        {
            await bob.SendAsync($"WHOIS {away.Login.Nick}");
            await bob.SettleAsync();
            Assert.Contains(bob.Lines, line => line.Contains(" 319 ", StringComparison.Ordinal) && line.Contains("#other", StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task IrcServer_KilledAndStartedAgain_IsJoinedAgainAndNothingIsSaidMeanwhile()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var system = await IrcSystem.StartAsync(server.Port);
        var alice = await system.JoinedAsync("alice", "#tea");
        await system.JoinAsync(alice, "#milk");
        var windowId = IrcSystem.Window(alice, "#tea");

        await server.KillAsync();
        await system.IsAsync(alice, "disconnected");
        var ack = await alice.RequestAsync("SEND", new { windowId, text = "anybody?" });
        Assert.Equal("NOT_CONNECTED", ack.Value<string>("status"));
        await system.ServerSaysAsync(alice, "Next attempt in");
        await server.StartAgainAsync();

        await system.IsAsync(alice, "connected");
        await using var bob = await IrcBystander.ConnectAsync(server.Port, "bob");
        await Eventually.PassesAsync(async () =>
        {
            await bob.SendAsync($"WHOIS {IrcSystem.Nick(alice)}");
            await bob.SettleAsync();
            Assert.Contains(bob.Lines, line => line.Contains("#tea", StringComparison.Ordinal) && line.Contains("#milk", StringComparison.Ordinal));
        });
        await alice.SayAsync(windowId, "back");
    }

    [Fact]
    public async Task Redis_KilledAndStartedAgain_DropsNobodyAndLosesNothing()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var system = await IrcSystem.StartAsync(server.Port, appendOnly: true);
        await using var bob = await IrcBystander.JoinedAsync(server.Port, "bob", "#tea");
        var alice = await system.JoinedAsync("alice", "#tea");
        // A session that is being sent something when Redis goes ends: so first all that a JOIN brings.
        await bob.SendAsync("PRIVMSG #tea :before");
        await system.SeesAsync(alice, "#tea", "before");

        await system.Mas.Redis.KillAsync();
        await bob.SendAsync("PRIVMSG #tea :while Redis was away", "PRIVMSG #tea :and more");
        await bob.SettleAsync();
        await system.Manager.Process.WaitForLineAsync("IRC lines are queued until Redis is reachable");
        await system.Mas.Redis.StartAgainAsync();

        await system.SeesAsync(alice, "#tea", "and more");
        await Eventually.PassesAsync(() => alice.OkAsync("SEND", new { windowId = IrcSystem.Window(alice, "#tea"), text = "still here" }));
        await bob.HeardAsync("PRIVMSG #tea :still here");
        Assert.Equal(1, alice.Read(view => IrcSystem.Count(view, "#tea", "while Redis was away")));
        Assert.DoesNotContain(bob.Lines, line => line.Contains(" QUIT ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ConnectionManager_StoppedInOrder_SaysGoodbyeAndHandsOver()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var system = await IrcSystem.StartAsync(server.Port);
        await using var bob = await IrcBystander.JoinedAsync(server.Port, "bob", "#tea");
        var alice = await system.JoinedAsync("alice", "#tea");
        var standby = await system.Mas.AddIrcBackendAsync("connectionmanager");

        await system.Manager.Process.StopAsync();

        await bob.HeardAsync(line => line.Contains(" QUIT ", StringComparison.Ordinal), "the QUIT");
        await Eventually.HoldsAsync(() => bob.Lines.Count(line => line.Contains(" JOIN ", StringComparison.Ordinal)) == 3, () => $"alice is back over the standby\n{standby.Process.LogTail}");
        await system.IsAsync(alice, "connected");
    }

    [Fact]
    public async Task Join_WhileTheServerIsAway_HappensWhenItIsBack()
    {
        var port = FreePort.Next();
        await using var system = await IrcSystem.StartAsync(port);
        var alice = await system.Mas.NewClientAsync("alice");

        await IrcSystem.RequestAsync(alice, "JOIN", new { network = Network, name = "#early" });
        await system.ServerSaysAsync(alice, "Next attempt in");
        await using var server = await NgircdServer.StartAsync(port: port);

        await alice.WaitAsync(view => view.Group("#early", Network) is not null, () => $"the window\n{system.Mas.Logs}");
    }

    [Fact]
    public async Task Nick_TakenMeanwhile_IsRegained()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var system = await IrcSystem.StartAsync(server.Port);
        var login = await system.Mas.NewUserAsync("alice");
        await using var thief = await IrcBystander.ConnectAsync(server.Port, login.Nick);
        var alice = await system.Mas.ConnectAsync(login);
        await system.JoinAsync(alice, "#tea");
        Assert.NotEqual(login.Nick, IrcSystem.Nick(alice));
        await thief.SendAsync("JOIN #tea");
        await alice.WaitAsync(view => view.Group("#tea", Network)!.Members.Count == 2, "the thief joins");

        await thief.SendAsync("QUIT");

        await alice.WaitAsync(view => view.Networks[Network].Value<string>("nick") == login.Nick, () => $"the nick is regained\n{system.Mas.Logs}");
    }

    [Fact]
    public async Task Window_MadeButNotTold_IsToldWhenItsLineComesAgain()
    {
        await using var system = await IrcSystem.StartAsync(FreePort.Next());
        var alice = await system.Mas.NewClientAsync("alice");
        var redis = system.Mas.Redis.Database;
        await system.Parser.Process.KillAsync();
        // What a parser leaves that dies between making the server's window and telling of it.
        var session = (await redis.SortedSetRangeByRankAsync($"sessionlist:{alice.UserId}"))[0];
        var id = await redis.StringIncrementAsync("nextGlobalConversationId");
        var window = await redis.HashIncrementAsync($"user:{alice.UserId}", "nextwindowid");
        await redis.HashSetAsync("index:conversation", $"1on1:{Network}:{alice.UserId}:{ChatView.ServerUserId}", id);
        await redis.HashSetAsync($"conversationmembers:{id}", [new(alice.UserId, "u"), new(ChatView.ServerUserId, "u")]);
        await redis.HashSetAsync($"conversation:{id}", [new("owner", ""), new("type", "1on1"), new("name", ""), new("network", Network), new("topic", ""), new("password", ""), new("apikey", "")]);
        await redis.HashSetAsync("index:windowIds", $"{alice.UserId}:{id}", window);
        await redis.HashSetAsync($"window:{alice.UserId}:{window}", [new("conversationId", id), new("sounds", "false"), new("titleAlert", "true"), new("visible", "true"), new("row", 0)]);
        await redis.SetAddAsync($"windowlist:{alice.UserId}", window);
        await redis.HashSetAsync($"conversationsessions:{id}", $"{alice.UserId}:{session}", window);
        await redis.LeaveClaimAsync("ircparser", $$"""
            {"type":"EVENT","rid":"irc:{{Network}}:{{alice.UserId}}:99:1","userId":"{{alice.UserId}}","network":"{{Network}}","generation":99,"seq":1,"ts":1795250487000,"event":"connecting","text":"Connecting to somewhere"}
            """);

        await system.Parser.StartAgainAsync();

        await system.ServerSaysAsync(alice, "Connecting to somewhere");
    }

    [Fact]
    public async Task Networks_NoLongerConfigured_LeaveTheListAndTheOthersAreTold()
    {
        await using var system = await IrcSystem.StartAsync(FreePort.Next());
        var alice = await system.Mas.NewClientAsync("alice");
        await system.Mas.Redis.Database.SetAddAsync("networklist", "OldNet");

        await system.Parser.Process.KillAsync();
        await system.Parser.StartAgainAsync();

        await Eventually.HoldsAsync(async () => !await system.Mas.Redis.Database.SetContainsAsync("networklist", "OldNet"), "the old network is gone");
        Assert.True(await system.Mas.Redis.Database.SetContainsAsync("networklist", Network));
        await system.IsAsync(alice, "disconnected");
    }
}
