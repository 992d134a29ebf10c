using Mas.Tests.Harness;

namespace Mas.Tests.Chaos;

/// <summary>
/// Faults of the masters and replicas of a cluster. Each ends when every shard has a master and a replica that follows it, so that one loss
/// is over before the next begins.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="losses">Records when each takeover may have lost writes.</param>
internal sealed class ClusterFaults(RedisCluster cluster, PossibleLosses losses)
{
    private static readonly TimeSpan TakesOverIn = TimeSpan.FromSeconds(60);

    /// <summary>All of them.</summary>
    public IEnumerable<Fault> All()
    {
        for (var i = 0; i < RedisCluster.Shards; i++)
        {
            var shard = i;
            yield return Fault.Lasting($"kill master {shard}", 0, 2, lasts => TakeOverAsync(shard, async master =>
            {
                await KillAsync(shard, master);
                await Task.Delay(lasts);
                await master.StartAgainAsync();
            }));
            yield return Fault.Lasting($"cut the replica of master {shard} off, then kill the master", 0.05, 1, lasts => TakeOverAsync(shard, async master =>
            {
                var replica = ReplicaOf(shard, master).Process;
                replica.Signal(ProcessSignal.Stop);
                await RedisCluster.CutReplicasOffAsync(master);
                await Task.Delay(lasts);
                var killing = KillAsync(shard, master);
                replica.Signal(ProcessSignal.Continue);
                await killing;
                await master.StartAgainAsync();
            }));
            // Longer than the node timeout: the node wakes up as a master that has been replaced.
            yield return Fault.Lasting($"freeze master {shard}", 5, 8, lasts => TakeOverAsync(shard, async master =>
            {
                master.Process.Signal(ProcessSignal.Stop);
                await Task.Delay(lasts);
                await IsReplacedAsync(shard, master);
                master.Process.Signal(ProcessSignal.Continue);
            }));
            yield return Fault.Lasting($"kill the replica of master {shard}", 0, 3, async lasts =>
            {
                var replica = ReplicaOf(shard, await cluster.MasterOfShardAsync(shard));
                await replica.KillAsync();
                await Task.Delay(lasts);
                await replica.StartAgainAsync();
                await cluster.FollowsAsync(replica);
            });
            yield return Fault.Lasting($"let the replica of master {shard} take over", 0, 0, _ => cluster.FailOverAsync(shard));
        }
    }

    private RedisProcess ReplicaOf(int shard, RedisProcess master) => cluster.NodesOf(shard).Single(node => node != master);

    private async Task TakeOverAsync(int shard, Func<RedisProcess, Task> breakAsync)
    {
        var master = await cluster.MasterOfShardAsync(shard);
        var loss = losses.Begin(shard);
        await breakAsync(master);
        await cluster.FollowsAsync(master);
        loss.End();
    }

    private async Task KillAsync(int shard, RedisProcess master)
    {
        await master.KillAsync();
        await IsReplacedAsync(shard, master);
    }

    private Task IsReplacedAsync(int shard, RedisProcess master) => Eventually.PassesAsync(
        async () => Assert.NotEqual(master, await cluster.MasterOfShardAsync(shard, master)), TakesOverIn);
}
