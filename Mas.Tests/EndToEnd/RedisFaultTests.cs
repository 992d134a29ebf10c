using System.Diagnostics;
using Mas.Tests.Client;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.EndToEnd;

/// <summary>A Redis that restarts, stalls, or is full: requests say UNAVAILABLE, sockets stay open, nothing acknowledged is lost.</summary>
public sealed class RedisFaultTests
{
    [Fact]
    public async Task Redis_Restarted_SocketsStayOpenAndNothingIsLost()
    {
        await using var mas = await StartAsync();
        var talk = await Talk.BeginAsync(mas);

        await Redis(mas).StopAsync();
        await talk.IsUnavailableAsync();
        await mas.Redis.StartAgainAsync();

        await talk.GoesOnAsync();
    }

    [Fact]
    public async Task Redis_StalledForTenSeconds_SocketsStayOpenAndNothingIsLost()
    {
        await using var mas = await StartAsync();
        var talk = await Talk.BeginAsync(mas);

        var stalled = Stopwatch.StartNew();
        Redis(mas).Process.Signal(ProcessSignal.Stop);
        await talk.IsUnavailableAsync();
        await Eventually.HoldsAsync(() => stalled.Elapsed > TimeSpan.FromSeconds(10), "ten seconds are over");
        Redis(mas).Process.Signal(ProcessSignal.Continue);

        await talk.GoesOnAsync();
    }

    [Fact]
    public async Task Redis_Full_RefusesWithACodeAndAllGoesOnOnceThereIsRoom()
    {
        // Longer full than a session may be idle: nobody may be taken for dead.
        await using var mas = await StartAsync(idleTimeoutSeconds: 2);
        var talk = await Talk.BeginAsync(mas);

        await Redis(mas).Server.ConfigSetAsync("maxmemory-policy", "noeviction");
        await Redis(mas).Server.ConfigSetAsync("maxmemory", "1");
        var full = Stopwatch.StartNew();
        await talk.IsUnavailableAsync();
        await Eventually.HoldsAsync(() => full.Elapsed > TimeSpan.FromSeconds(4), "it was full for longer than the idle timeout");
        await talk.IsUnavailableAsync();
        await Redis(mas).Server.ConfigSetAsync("maxmemory", "0");

        await talk.GoesOnAsync();
    }

    [Fact]
    public async Task Redis_SilentWhenASessionBegins_RefusesItBeforeTheConnectionIsLost()
    {
        await using var mas = await StartAsync(timeoutMilliseconds: 250);
        var alice = await mas.NewUserAsync("alice");

        Redis(mas).Process.Signal(ProcessSignal.Stop);
        var refused = await Assert.ThrowsAsync<MasSessionEndedException>(() => mas.ConnectAsync(alice));
        var log = mas.Servers[0].Log;
        Redis(mas).Process.Signal(ProcessSignal.Continue);

        Assert.Equal("SERVER_STOPPING", refused.Termination.Code);
        Assert.DoesNotContain(log, line => line.Contains("The connection to Redis", StringComparison.Ordinal));
        await Eventually.PassesAsync(() => mas.ConnectAsync(alice));
    }

    [Fact]
    public async Task Redis_AwayAtALogout_IsNotAcknowledged()
    {
        const string Ended = "ended";
        await using var mas = await StartAsync();
        var alice = await mas.NewClientAsync("alice", new MasClientOptions { WorkersFail = true });

        await Redis(mas).StopAsync();
        var meanwhile = await LogOutAsync();
        await mas.Redis.StartAgainAsync();

        Assert.True(meanwhile is "UNAVAILABLE" or Ended, meanwhile);
        await Eventually.PassesAsync(async () => Assert.Equal("OK", await LogOutAsync()));
        Assert.Equal("LOGGED_OUT", (await alice.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        await Assert.ThrowsAnyAsync<Exception>(() => mas.ConnectAsync(alice.Login));

        // A session whose outbox was being read just then ends without a word, since what was popped may be lost; its client comes back.
        async Task<string?> LogOutAsync()
        {
            if (alice.Ended.IsCompleted)
                alice = await mas.ConnectAsync(alice.Login, new MasClientOptions { WorkersFail = true });
            try
            {
                return (await alice.RequestAsync("LOGOUT")).Value<string>("status");
            }
            catch (MasSessionEndedException e) when (e.Termination.Code is null)
            {
                return Ended;
            }
        }
    }

    private static RedisServer Redis(MasSystem mas) => (RedisServer)mas.Redis;

    private static Task<MasSystem> StartAsync(int idleTimeoutSeconds = 60, int timeoutMilliseconds = 5000) =>
        MasSystem.StartAsync(new MasSystemOptions
        {
            Servers = 2,
            AppendOnly = true,
            IdleTimeoutSeconds = idleTimeoutSeconds,
            Settings = new Dictionary<string, string> { ["Redis:TimeoutMilliseconds"] = $"{timeoutMilliseconds}" },
            StartRedis = async appendOnly => await RedisServer.StartAsync(appendOnly),
        });

    /// <summary>Two who talk over two servers, before and after.</summary>
    private sealed record Talk(MasSystem Mas, MasClient Alice, MasClient Bob, int AliceWindow, int BobWindow, IReadOnlyList<long> Before)
    {
        public static async Task<Talk> BeginAsync(MasSystem mas)
        {
            var options = new MasClientOptions { WorkersFail = true };
            var alice = await mas.NewClientAsync("alice", options, server: 0);
            var bob = await mas.NewClientAsync("bob", options, server: 1);
            var aliceWindow = await alice.CreateAsync("lasting");
            var bobWindow = await bob.JoinAsync("lasting");
            var gids = new List<long>();
            for (var i = 0; i < 20; i++)
                gids.Add(await alice.SayAsync(aliceWindow, $"before {i}"));
            await bob.MessageAsync(bobWindow, gids[^1]);
            return new Talk(mas, alice, bob, aliceWindow, bobWindow, gids);
        }

        public Task IsUnavailableAsync() => Eventually.HoldsAsync(
            async () => (await SayAsync("into the void", "void")).Value<string>("status") == "UNAVAILABLE", "a SEND says UNAVAILABLE");

        public async Task GoesOnAsync()
        {
            JObject? ack = null;
            await Eventually.HoldsAsync(async () => (ack = await SayAsync("after", "after")).Value<string>("status") == "OK", () => $"a SEND is accepted again\n{Mas.Logs}");
            await Eventually.HoldsAsync(async () => (await SayAsync("into the void", "void")).Value<string>("status") == "OK", "what was refused is accepted now");
            await Bob.MessageAsync(BobWindow, ack!.Value<long>("gid"));
            // Bob's server finds Redis again by itself, perhaps a moment later than Alice's.
            await Eventually.HoldsAsync(async () => (ack = await SayAsync(Bob, BobWindow, "and back", "back")).Value<string>("status") == "OK", "the other server goes on too");
            await Alice.MessageAsync(AliceWindow, ack!.Value<long>("gid"));
            var stored = await Mas.Redis.Database.MessagesAsync(await Mas.Redis.Database.ConversationAsync(Alice.UserId, AliceWindow));
            Assert.Equal(Before, stored.Select(message => message.Value<long>("gid")).Intersect(Before));
            Assert.Single(stored, message => message.Value<string>("rid") == "void");
            Assert.False(Alice.Ended.IsCompleted || Bob.Ended.IsCompleted, "a socket was closed");
            await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(Mas.Redis.Database, Alice));
            await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(Mas.Redis.Database, Bob));
        }

        private Task<JObject> SayAsync(string text, string rid) => SayAsync(Alice, AliceWindow, text, rid);

        private static Task<JObject> SayAsync(MasClient client, int windowId, string text, string rid) =>
            client.RequestAsync("SEND", new { windowId, text, rid, retry = true });
    }
}
