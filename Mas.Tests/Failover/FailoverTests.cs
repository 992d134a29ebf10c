using Mas.Tests.Client;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;

namespace Mas.Tests.Failover;

/// <summary>A master of Redis is killed while people talk, and a replica takes over.</summary>
public sealed class FailoverTests
{
    private const int Talkers = 4;
    private const string Group = "talk";
    private static readonly TimeSpan Patience = Eventually.DefaultDeadline;

    /// <summary>How much of what was acknowledged last an asynchronous replica may miss; a replica on the same machine misses far less.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("inbox:loopbackparser", 0)]
    [InlineData("conversationmsgs:1", 0)]
    [InlineData("nextGlobalMsgId", 1)]
    public async Task Cluster_MasterKilled_GoesOnByItsReplicaAndLosesNoMoreThanItsLag(string key, int waitReplicas)
    {
        RedisCluster cluster = null!;
        await using var mas = await MasSystem.StartAsync(OnRedis(
            async appendOnly => cluster = await RedisCluster.StartAsync(appendOnly, nodeTimeout: TimeSpan.FromSeconds(2)), waitReplicas));

        await AssertSurvivesAsync(mas, waitReplicas > 0 ? TimeSpan.Zero : Lag, async () =>
        {
            var master = await cluster.MasterOfAsync(key);
            var killed = DateTimeOffset.UtcNow;
            await master.KillAsync();
            await Eventually.HoldsAsync(async () => await cluster.MasterOfAsync(key) is var now && now != master, "its replica is the master", Patience);
            return (killed, async () =>
            {
                await master.StartAgainAsync();
                await FollowsAsync(master);
            }
            );
        });
    }

    [Fact]
    public async Task Sentinels_MasterKilled_GoesOnByAReplicaAndLosesNoMoreThanItsLag()
    {
        RedisSentinels redis = null!;
        await using var mas = await MasSystem.StartAsync(OnRedis(async appendOnly => redis = await RedisSentinels.StartAsync(appendOnly), 0));

        await AssertSurvivesAsync(mas, Lag, async () =>
        {
            var master = redis.Nodes[0];
            var killed = DateTimeOffset.UtcNow;
            await master.KillAsync();
            await redis.NewMasterAsync();
            return (killed, async () =>
            {
                await master.StartAgainAsync();
                await FollowsAsync(master);
            }
            );
        });
    }

    /// <summary>
    /// What is in an outbox may be lost with its master, and what comes behind it goes through the new one: whoever was sent that would come back with
    /// a hole before what it holds.
    /// </summary>
    [Fact]
    public async Task Server_FrozenWhileAReplicaTakesOver_SendsNothingFromBehindWhatWasLost()
    {
        RedisCluster cluster = null!;
        var options = OnRedis(async appendOnly => cluster = await RedisCluster.StartAsync(appendOnly, nodeTimeout: TimeSpan.FromSeconds(2)), 0);
        await using var mas = await MasSystem.StartAsync(options with { Servers = 2, IdleTimeoutSeconds = 60 });
        var alice = await mas.NewClientAsync("alice");
        var window = await alice.CreateAsync(Group);
        var conversation = await cluster.Database.ConversationAsync(alice.UserId, window);
        var bob = await mas.NewClientAsync("bob", server: 1);
        var bobWindow = await bob.JoinAsync(Group);
        await bob.MessageAsync(bobWindow, await alice.SayAsync(window, "before"));
        var outbox = $"outbox:{bob.UserId}:{bob.SessionId}";

        mas.Servers[1].Process.Signal(ProcessSignal.Stop);
        var lost = await alice.SayAsync(window, "in the outbox that is lost");
        await Eventually.HoldsAsync(() => cluster.Database.KeyExistsAsync(outbox), "it is there");
        await cluster.Database.KeyDeleteAsync(outbox);
        var master = await cluster.MasterOfAsync(outbox);
        await master.KillAsync();
        await Eventually.HoldsAsync(async () => await cluster.MasterOfAsync(outbox) is var now && now != master, "its replica is the master", Patience);
        await alice.CloseAsync();
        // Each wakes the server, so that it pops as soon as it knows the new master.
        var talker = new Talker(mas, alice.Login, Group);
        using var stop = new CancellationTokenSource();
        var talking = talker.TalkAsync(stop.Token);
        await Eventually.HoldsAsync(() => !talker.Said.IsEmpty, "something stands behind it", Patience);
        mas.Servers[1].Process.Signal(ProcessSignal.Continue);
        await bob.Ended.WaitAsync(Patience);
        await stop.CancelAsync();
        await talking;
        await talker.LeaveAsync();

        var (login, resume) = (bob.Login, new MasClientOptions { Resume = bob.LastView });
        await Eventually.PassesAsync(async () => bob = await mas.ConnectAsync(login, resume, server: 1));
        var stored = (await cluster.Database.MessagesAsync(conversation)).Select(message => message.Value<long>("gid")).Where(gid => gid >= lost).Order().ToList();
        Assert.Equal(stored, bob.Read(view => view.Windows[bobWindow].Messages.Keys.Where(gid => gid >= lost).Order().ToList()));
        await master.StartAgainAsync();
    }

    /// <summary>A node that has come back is a replica now.</summary>
    private static Task<string> FollowsAsync(RedisProcess node) => node.Process.WaitForLineAsync("MASTER <-> REPLICA sync: Finished with success", Patience);

    private static MasSystemOptions OnRedis(Func<bool, Task<TestRedis>> start, int waitReplicas) => new()
    {
        StartRedis = start,
        Loopbacks = 2,
        IdleTimeoutSeconds = 5,
        Settings = new Dictionary<string, string>
        {
            ["Redis:WaitReplicas"] = $"{waitReplicas}",
            ["Redis:TimeoutMilliseconds"] = "2000",
            // A window that is joined or started again shows all.
            ["History:Backlog"] = "1000",
            ["History:MaxMessages"] = "100000",
        },
    };

    /// <summary>Lets people talk, breaks something, and checks what is left.</summary>
    /// <param name="mas">The system.</param>
    /// <param name="lag">What of the acknowledged may be lost: what was acknowledged so long before the kill, or before the takeover.</param>
    /// <param name="failOverAsync">Kills the master and waits for the takeover; says when it was killed, and how it comes back.</param>
    private static async Task AssertSurvivesAsync(MasSystem mas, TimeSpan lag, Func<Task<(DateTimeOffset Killed, Func<Task> ComeBackAsync)>> failOverAsync)
    {
        var owner = await mas.NewClientAsync("owner");
        var window = await owner.CreateAsync(Group);
        var conversation = await mas.Redis.Database.ConversationAsync(owner.UserId, window);
        await owner.CloseAsync();
        var talkers = new List<Talker>();
        for (var i = 0; i < Talkers; i++)
        {
            var talker = new Talker(mas, await mas.NewUserAsync("talker"), Group);
            await (await talker.ConnectedAsync()).JoinAsync(Group);
            talkers.Add(talker);
        }
        using var stop = new CancellationTokenSource();
        var talking = Task.WhenAll(talkers.Select(talker => talker.TalkAsync(stop.Token)));
        int Said() => talkers.Sum(talker => talker.Said.Count);

        await Eventually.HoldsAsync(() => Said() > 200 || talking.IsFaulted, "people talk", Patience);
        var (killed, comeBackAsync) = await failOverAsync();
        var (takenOver, tookOver) = (Said(), DateTimeOffset.UtcNow);
        // With no replica left nothing is acknowledged that waits for one.
        if (lag > TimeSpan.Zero)
            await Eventually.HoldsAsync(() => Said() > takenOver + 200 || talking.IsFaulted, () => $"people go on talking\n{mas.Logs}", Patience);
        await comeBackAsync();
        var back = Said();
        await Eventually.HoldsAsync(() => Said() > back + 100 || talking.IsFaulted, () => $"people talk on\n{mas.Logs}", Patience);
        await stop.CancelAsync();
        await talking.WaitAsync(Patience);

        var stored = await mas.Redis.Database.MessagesAsync(conversation);
        var gids = stored.Select(message => message.Value<long>("gid")).ToArray();
        Assert.Equal(gids.Distinct().Order(), gids);
        var rids = stored.Where(message => message["rid"] is not null && message.Value<string>("cat") == "msg").ToLookup(message => message.Value<string>("rid")!);
        Assert.All(rids, messages => Assert.Single(messages));
        var lost = talkers.SelectMany(talker => talker.Said).Where(said => !rids.Contains(said.Key)).ToArray();
        if (lag == TimeSpan.Zero)
            Assert.Empty(lost);
        // However late a busy machine was to tell of what the killed one had.
        Assert.All(lost, said => Assert.InRange(said.Value.At, killed - lag, tookOver));
        foreach (var talker in talkers)
            await AssertShowsAsync(mas, talker, gids);
        await Fsck.RunAsync(mas.Redis, repair: true);
        await Fsck.AssertCleanAsync(mas.Redis);
    }

    /// <summary>The session that went on shows what there is; what it showed before it was lost it may show still.</summary>
    private static async Task AssertShowsAsync(MasSystem mas, Talker talker, long[] gids)
    {
        var client = await talker.ConnectedAsync();
        var fresh = await mas.ConnectAsync(client.Login);
        await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(mas.Redis.Database, fresh, newestOnly: true));
        await Eventually.PassesAsync(() =>
        {
            var shown = client.Read(view => view.Group(Group)!.Messages.Keys.ToArray());
            Assert.Empty(gids.TakeLast(500).Except(shown));
            return Task.CompletedTask;
        });
        await fresh.CloseAsync();
        await talker.LeaveAsync();
    }
}
