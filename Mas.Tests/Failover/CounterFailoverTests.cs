using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Failover;

public sealed class CounterFailoverTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task DrawNew_ReplicaTookOverThatMissedTheLastDraw_GivesNoneOfItsNumbersAgain()
    {
        await using var cluster = await RedisCluster.StartAsync(nodeTimeout: TimeSpan.FromSeconds(2));
        await using var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = cluster.Endpoint }, NullLogger.Instance, CancellationToken.None);
        var master = await cluster.MasterOfAsync(RedisKeys.NextMsgId);
        var replica = cluster.NodesOf(cluster.ShardOf(RedisKeys.NextMsgId)).Single(node => node != master);
        Assert.Equal(10, await redis.DrawNewAsync(RedisKeys.NextMsgId, 10));
        Assert.Equal(12, await redis.DrawNewAsync(RedisKeys.NextMsgId, 2));
        var standby = redis.Servers.Single(server => server.EndPoint.ToString() == replica.Endpoint);
        await Eventually.HoldsAsync(async () => await standby.DatabaseSizeAsync() == 2, "the replica has the counter, and its history");

        replica.Process.Signal(ProcessSignal.Stop);
        await RedisCluster.CutReplicasOffAsync(master);
        var lost = await redis.DrawNewAsync(RedisKeys.NextMsgId, 100);
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
        Assert.Equal(next + 3, await redis.DrawNewAsync(RedisKeys.NextMsgId, 3));
    }
}
