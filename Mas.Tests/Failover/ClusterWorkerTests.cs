using Mas.Core.Redis;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Failover;

/// <summary>Workers on a cluster that were frozen, or cut off from all of it at once.</summary>
public sealed class ClusterWorkerTests
{
    private static readonly TimeSpan Patience = Eventually.DefaultDeadline;

    [Fact]
    public async Task Connection_AllItsConnectionsEndedAtOnce_ComesBack()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = cluster.Endpoint }, NullLogger.Instance, CancellationToken.None);
        for (var time = 0; time < 3; time++)
        {
            await CutOffAsync(cluster, redis.ClientName);

            foreach (var key in KeysOfAllShards(cluster))
                await Eventually.HoldsAsync(async () => await WritesAsync(redis, key), () => $"{key} can be written\n{redis.Multiplexer.GetStatus()}", Patience);
        }
    }

    [Fact]
    public async Task Loopback_FrozenPastItsLeaseOrCutOff_DoesNoHarmAndTakesOverAgain()
    {
        RedisCluster cluster = null!;
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions
        {
            Loopbacks = 2,
            StartRedis = async appendOnly => cluster = await RedisCluster.StartAsync(appendOnly),
            Settings = new Dictionary<string, string> { ["Worker:LeaseMilliseconds"] = "1000", ["History:MaxMessages"] = "100000" },
        });
        var alice = await mas.NewClientAsync("alice");
        var conversation = await mas.Redis.Database.ConversationAsync(alice.UserId, await alice.CreateAsync("talk"));
        var talkers = new List<Talker>();
        for (var i = 0; i < 4; i++)
        {
            var talker = new Talker(mas, await mas.NewUserAsync("talker"), "talk");
            await (await talker.ConnectedAsync()).JoinAsync("talk");
            talkers.Add(talker);
        }
        using var stop = new CancellationTokenSource();
        var talking = Task.WhenAll(talkers.Select(talker => talker.TalkAsync(stop.Token)));

        await SayMoreAsync(100);
        // Frozen, each in its turn, so that who was frozen before has to take over.
        for (var time = 0; time < 3; time++)
        {
            var frozen = await HolderAsync(null);
            frozen.Process.Signal(ProcessSignal.Stop);
            await HolderAsync(frozen);
            await SayMoreAsync(100);
            frozen.Process.Signal(ProcessSignal.Continue);
            await SayMoreAsync(100);
        }
        // All its connections to all nodes at once.
        for (var time = 0; time < 2; time++)
        {
            var cut = await HolderAsync(null);
            await CutOffAsync(cluster, $"-{cut.Process.Id}-");
            await SayMoreAsync(100);
        }
        // Whichever is left alone goes on.
        foreach (var process in mas.Loopbacks)
        {
            process.Process.Signal(ProcessSignal.Stop);
            await HolderAsync(process);
            await SayMoreAsync(100);
            process.Process.Signal(ProcessSignal.Continue);
        }
        await stop.CancelAsync();
        await talking.WaitAsync(Patience);

        var stored = await mas.Redis.Database.MessagesAsync(conversation);
        var gids = stored.Select(message => message.Value<long>("gid")).ToArray();
        Assert.Equal(gids.Distinct().Order(), gids);
        var rids = stored.Where(message => message.Value<string>("cat") == "msg").ToLookup(message => message.Value<string>("rid")!, message => message.Value<long>("gid"));
        foreach (var (rid, said) in talkers.SelectMany(talker => talker.Said))
            Assert.Equal([said.Gid], rids[rid]);
        foreach (var talker in talkers)
        {
            var client = await talker.ConnectedAsync();
            await Eventually.PassesAsync(() => RedisTruth.AssertEqualsAsync(mas.Redis.Database, client, newestOnly: true));
            await talker.LeaveAsync();
        }
        await Fsck.AssertCleanAsync(mas.Redis);

        async Task SayMoreAsync(int messages)
        {
            var enough = talkers.Sum(talker => talker.Said.Count) + messages;
            await Eventually.HoldsAsync(() => talkers.Sum(talker => talker.Said.Count) >= enough || talking.IsFaulted, () => $"people talk on\n{mas.Logs}", Patience);
        }

        async Task<MasProcess> HolderAsync(MasProcess? but)
        {
            MasProcess? holder = null;
            await Eventually.HoldsAsync(
                async () =>
                {
                    var name = (string?)await mas.Redis.Database.StringGetAsync("lease:loopbackparser");
                    holder = mas.Loopbacks.FirstOrDefault(worker => name?.Contains($"-{worker.Process.Id}-", StringComparison.Ordinal) == true);
                    return holder is not null && holder != but;
                },
                () => $"a worker holds the lease\n{mas.Logs}", Patience);
            return holder!;
        }
    }

    private static async Task<bool> WritesAsync(RedisConnection redis, string key)
    {
        try
        {
            return await redis.Database.StringSetAsync(key, "value");
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            return false;
        }
    }

    private static IEnumerable<string> KeysOfAllShards(RedisCluster cluster) =>
        Enumerable.Range(0, RedisCluster.Shards).Select(shard => Enumerable.Range(0, 1000).Select(i => $"key{i}").First(key => cluster.ShardOf(key) == shard));

    /// <summary>Ends all connections of those whose name holds a text, on all nodes.</summary>
    private static Task CutOffAsync(RedisCluster cluster, string name) => Task.WhenAll(cluster.Nodes.Select(node => cluster.EndConnectionsAsync(node, name)));
}
