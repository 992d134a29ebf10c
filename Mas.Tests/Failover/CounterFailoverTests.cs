using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Failover;

public sealed class CounterFailoverTests
{
    private static readonly TimeSpan Patience = Eventually.DefaultDeadline;

    [Fact]
    public async Task DrawNew_ReplicaTookOverThatMissedTheLastDraw_GivesNoneOfItsNumbersAgain()
    {
        await using var cluster = await RedisCluster.StartAsync(nodeTimeout: TimeSpan.FromSeconds(2));
        await using var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = cluster.Endpoint }, NullLogger.Instance, CancellationToken.None);
        var shard = cluster.ShardOf(RedisKeys.NextMsgId);
        var user = Enumerable.Range(1, 1000).Select(id => RedisKeys.User(UserId.Mas(id))).First(key => cluster.ShardOf(key) == shard);
        var master = await cluster.MasterOfShardAsync(shard);
        var replica = cluster.NodesOf(shard).Single(node => node != master);
        Assert.Equal(10, await redis.DrawNewAsync(RedisKeys.NextMsgId, 10));
        Assert.Equal(12, await redis.DrawNewAsync(RedisKeys.NextMsgId, 2));
        Assert.Equal(1, await redis.DrawNewAsync(user, "nextwindowid"));
        var standby = redis.Servers.Single(server => server.EndPoint.ToString() == replica.Endpoint);
        await Eventually.HoldsAsync(async () => await standby.DatabaseSizeAsync() == 4, "the replica has the counters, and their histories");

        replica.Process.Signal(ProcessSignal.Stop);
        await RedisCluster.CutReplicasOffAsync(master);
        var lost = await redis.DrawNewAsync(RedisKeys.NextMsgId, 100);
        var lostWindow = await redis.DrawNewAsync(user, "nextwindowid");
        await master.KillAsync();
        replica.Process.Signal(ProcessSignal.Continue);
        var next = 0L;
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                next = await redis.DrawNewAsync(RedisKeys.NextMsgId, 1);
            }
            catch (Exception e) when (RedisErrors.IsAway(e))
            {
                return false;
            }
            return true;
        }, "the replica took over", Patience);

        Assert.Equal(112, lost);
        Assert.True(next > lost, $"{next} was drawn after {lost}");
        Assert.Equal(2, lostWindow);
        Assert.True(await redis.DrawNewAsync(user, "nextwindowid") > lostWindow);
        Assert.Equal(next + 3, await redis.DrawNewAsync(RedisKeys.NextMsgId, 3));
    }
}
