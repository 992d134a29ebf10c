using System.Net;
using Mas.Tests.Client;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.EndToEnd;

/// <summary>Several servers, servers that die, and a Redis that goes away.</summary>
public sealed class ServerFaultTests
{
    [Fact]
    public async Task TwoServers_UsersOfEach_ShareOneChat()
    {
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions { Servers = 2 });
        var alice = await mas.NewClientAsync("alice", server: 0);
        var bob = await mas.NewClientAsync("bob", server: 1);
        var alicesOther = await mas.ConnectAsync(alice.Login, server: 1);
        var aliceWindow = await alice.CreateAsync("both");
        var bobWindow = await bob.JoinAsync("both");
        await alicesOther.WaitAsync(view => view.Windows.ContainsKey(aliceWindow), "the window");

        await bob.MessageAsync(bobWindow, await alice.SayAsync(aliceWindow, "over there"));
        var back = await bob.SayAsync(bobWindow, "and back");
        await alice.MessageAsync(aliceWindow, back);
        await alicesOther.MessageAsync(aliceWindow, back);
        await alice.OkAsync("TYPING", new { windowId = aliceWindow });
        await bob.WaitAsync(view => view.Typing.Count == 1, "typing");
        await alice.OkAsync("LOGOUT", new { allSessions = true });

        Assert.Equal("LOGGED_OUT", (await alicesOther.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
    }

    [Fact]
    public async Task Server_Killed_ItsClientsGoOnAtTheOtherAndLoseNothing()
    {
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions { Servers = 2, IdleTimeoutSeconds = 4 });
        var alice = await mas.NewClientAsync("alice", server: 0);
        var bob = await mas.NewClientAsync("bob", server: 1);
        var aliceWindow = await alice.CreateAsync("moving");
        var bobWindow = await bob.JoinAsync("moving");
        await alice.WaitAsync(view => view.Windows[aliceWindow].Members.Count == 2, "both members");

        await mas.Servers[0].Process.KillAsync();
        var ended = await alice.Ended.WaitAsync(Eventually.DefaultDeadline);
        Assert.Null(ended.Code);
        var missed = await bob.SayAsync(bobWindow, "while you were away");
        var resumed = await mas.ConnectAsync(alice.Login, new MasClientOptions { Resume = alice.LastView }, server: 1);
        var next = await resumed.SayAsync(aliceWindow, "here again");

        Assert.Equal("while you were away", resumed.Read(view => view.Windows[aliceWindow].Messages[missed].Body));
        await bob.MessageAsync(bobWindow, next);
        await Eventually.HoldsAsync(
            async () => await mas.Redis.Database.SortedSetLengthAsync($"sessionlist:{alice.UserId}") == 1, "the dead server's session is swept");
        Assert.Equal("0", (string?)await mas.Redis.Database.HashGetAsync($"user:{alice.UserId}", "lastlogout"));
    }

    [Fact]
    public async Task Server_FrozenPastTheIdleTimeout_SendsNothingBehindWhatWasLost()
    {
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions { Servers = 2, IdleTimeoutSeconds = 4 });
        var alice = await mas.NewClientAsync("alice", server: 0);
        var bob = await mas.NewClientAsync("bob", server: 1);
        var aliceWindow = await alice.CreateAsync("frozen");
        var bobWindow = await bob.JoinAsync("frozen");
        await alice.MessageAsync(aliceWindow, await bob.SayAsync(bobWindow, "before"));

        mas.Servers[0].Process.Signal(ProcessSignal.Stop);
        // A thread may run on for a moment.
        await Eventually.HoldsAsync(
            () => Directory.GetFiles($"/proc/{mas.Servers[0].Process.Id}/task", "stat", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
                .All(stat => File.ReadAllText(stat).Contains(") T ", StringComparison.Ordinal)),
            "the server stands still");
        var lost = await bob.SayAsync(bobWindow, "goes with the outbox");
        await Eventually.HoldsAsync(
            async () => await mas.Redis.Database.SortedSetLengthAsync($"sessionlist:{alice.UserId}") == 0 && !await mas.Redis.Database.KeyExistsAsync($"outbox:{alice.UserId}:{alice.SessionId}"),
            "the frozen server's session is swept");
        // As a worker does that had read who listens before the sweep.
        var next = await bob.SayAsync(bobWindow, "behind it");
        var json = JObject.Parse((string)(await mas.Redis.Database.ListGetByIndexAsync($"conversationmsgs:{await mas.Redis.Database.ConversationAsync(bob.UserId, bobWindow)}", 0))!);
        var entry = new JObject(new JProperty("type", "ADD_MESSAGE"), new JProperty("windowId", aliceWindow), json.Properties()).ToString(Newtonsoft.Json.Formatting.None);
        await mas.Redis.Database.ListLeftPushAsync($"outbox:{alice.UserId}:{alice.SessionId}", entry);
        await mas.Redis.Database.PublishAsync(StackExchange.Redis.RedisChannel.Literal($"wake:{alice.SessionId.Split('-')[0]}"), $"{alice.UserId}:{alice.SessionId}");
        mas.Servers[0].Process.Signal(ProcessSignal.Continue);

        Assert.Null((await alice.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        Assert.DoesNotContain(next, alice.Read(view => view.Windows[aliceWindow].Messages.Keys.ToArray()));
        var resumed = await mas.ConnectAsync(alice.Login, new MasClientOptions { Resume = alice.LastView }, server: 1);
        Assert.Equal([lost, next], resumed.Read(view => view.Windows[aliceWindow].Messages.Keys.ToArray())[^2..]);
        await Eventually.HoldsAsync(() => mas.Redis.Keys($"outbox:{alice.UserId}:{alice.SessionId}").Count == 0, "the ended session's outbox is gone");
    }

    [Fact]
    public async Task Server_AskedToStop_TellsItsClientsAndEndsInOrder()
    {
        await using var mas = await MasSystem.StartAsync();
        var alice = await mas.NewClientAsync("alice");

        Assert.Equal(0, await mas.Servers[0].Process.StopAsync());

        Assert.Equal("SERVER_STOPPING", (await alice.Ended).Code);
        Assert.Empty(mas.Redis.Keys("session*"));
        Assert.Empty(mas.Redis.Keys("outbox:*"));
        Assert.Equal(0, await mas.Loopbacks[0].Process.StopAsync());
    }

    [Fact]
    public async Task Redis_KilledAndBack_SocketsStayOpenAndNothingAcknowledgedIsLost()
    {
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions { AppendOnly = true });
        var alice = await mas.NewClientAsync("alice");
        var bob = await mas.NewClientAsync("bob");
        var aliceWindow = await alice.CreateAsync("lasting");
        var bobWindow = await bob.JoinAsync("lasting");
        var conversation = await mas.Redis.Database.ConversationAsync(alice.UserId, aliceWindow);
        var gids = new List<long>();
        for (var i = 0; i < 50; i++)
            gids.Add(await alice.SayAsync(aliceWindow, $"before {i}"));
        // A session that is being sent something when Redis goes ends.
        await bob.MessageAsync(bobWindow, gids[^1]);

        await mas.Redis.KillAsync();
        await Eventually.HoldsAsync(
            async () => (await alice.RequestAsync("SEND", new { windowId = aliceWindow, text = "into the void" })).Value<string>("status") == "UNAVAILABLE",
            "a SEND says UNAVAILABLE");
        using var http = new MasHttp(mas.Address);
        await Eventually.HoldsAsync(async () => (await http.GetAsync("/readyz")).Status == HttpStatusCode.ServiceUnavailable, "/readyz says 503");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz")).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await http.PostAsync("/api/login", new { username = alice.Login.Nick, password = alice.Login.Password })).Status);
        await mas.Redis.StartAgainAsync();
        await mas.IsReadyAsync();

        JObject? ack = null;
        await Eventually.HoldsAsync(
            async () => (ack = await alice.RequestAsync("SEND", new { windowId = aliceWindow, text = "after", rid = "after", retry = true })).Value<string>("status") == "OK",
            "a SEND is accepted again");
        await bob.MessageAsync(bobWindow, ack!.Value<long>("gid"));
        var stored = (await mas.Redis.Database.MessagesAsync(conversation)).Select(message => message.Value<long>("gid")).ToArray();
        Assert.Equal(gids, stored.Intersect(gids));
        Assert.False(alice.Ended.IsCompleted);
        await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(mas.Redis.Database, bob));
    }

    [Fact]
    public async Task Client_ThatDoesNotRead_IsEndedAndComesBackToEverything()
    {
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions
        {
            Settings = new Dictionary<string, string> { ["Session:OutboxCap"] = "200" },
        });
        var alice = await mas.NewClientAsync("alice");
        var aliceWindow = await alice.CreateAsync("flood");
        var bob = await mas.NewClientAsync("bob");
        var bobWindow = await bob.JoinAsync("flood");
        var text = new string('漢', 8000);
        long last = 0;
        using (bob.PauseReading())
        {
            // More than the kernel's buffers of both ends hold.
            for (var i = 0; i < 900; i++)
                last = await alice.SayAsync(aliceWindow, text);
            await Eventually.HoldsAsync(
                async () => await mas.Redis.Database.SortedSetLengthAsync($"sessionlist:{bob.UserId}") == 0, "the slow session is ended");
            await Eventually.HoldsAsync(() => mas.Redis.Keys($"outbox:{bob.UserId}:*").Count == 0, "its outbox is gone");
        }
        await bob.Ended.WaitAsync(Eventually.DefaultDeadline);

        var resumed = await mas.ConnectAsync(bob.Login, new MasClientOptions { Resume = bob.LastView });
        await resumed.MessageAsync(bobWindow, last);
        await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(mas.Redis.Database, resumed));
    }
}
