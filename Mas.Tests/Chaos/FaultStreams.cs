using Mas.Tests.Harness;

namespace Mas.Tests.Chaos;

/// <summary>
/// The faults of a round, in streams that run side by side: what happens to servers, to workers, and to Redis. Within a stream
/// one follows the other, so nothing is killed twice at once, and a seed says all of them.
/// </summary>
internal sealed class FaultStreams(ChaosGround ground, Action<string> tell)
{
    /// <summary>How many there were.</summary>
    public int Count => _count;

    private int _count;

    /// <summary>Lets faults happen until <paramref name="stop"/> is cancelled; all is well again when this returns.</summary>
    public Task RunAsync(int seed, CancellationToken stop) => Task.WhenAll(
        RunOrderedAsync([.. OfServers()], new Random(seed), TimeSpan.FromSeconds(2), stop),
        RunOrderedAsync([.. OfWorkers()], new Random(seed + 1), TimeSpan.FromSeconds(2), stop),
        RunOrderedAsync([.. OfRedis()], new Random(seed + 2), TimeSpan.FromSeconds(4), stop));

    private async Task RunOrderedAsync(Fault[] faults, Random random, TimeSpan longestGap, CancellationToken stop)
    {
        while (true)
        {
            var gap = longestGap * random.NextDouble();
            var fault = faults[random.Next(faults.Length)];
            var lasts = fault.Shortest + (fault.Longest - fault.Shortest) * random.NextDouble();
            try
            {
                await Task.Delay(gap, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            tell(lasts > TimeSpan.Zero ? $"{fault.What} for {lasts.TotalSeconds:0.0} s" : fault.What);
            await fault.RunAsync(lasts);
            Interlocked.Increment(ref _count);
        }
    }

    private IEnumerable<Fault> OfServers()
    {
        for (var i = 0; i < ground.Mas.Servers.Count; i++)
        {
            var index = i;
            var server = ground.Mas.Servers[index];
            var name = $"server {index}";
            yield return Fault.Kill(name, () => server.Process.KillAsync(), () => ground.Mas.StartServerAgainAsync(index));
            yield return Fault.Stop(name, () => server.Process.StopAsync(), () => ground.Mas.StartServerAgainAsync(index));
            // Shorter and longer than what a session without heartbeats is given.
            yield return Fault.Pause(name, () => server.Process, 1, 8);
            foreach (var fault in Fault.Of($"clients of {name}", ground.ToServers[index]))
                yield return fault;
        }
    }

    private IEnumerable<Fault> OfWorkers()
    {
        for (var i = 0; i < ground.Mas.Loopbacks.Count; i++)
        {
            var worker = ground.Mas.Loopbacks[i];
            var name = $"worker {i}";
            yield return Fault.Kill(name, () => worker.Process.KillAsync(), () => worker.StartAgainAsync());
            yield return Fault.Stop(name, () => worker.Process.StopAsync(), () => worker.StartAgainAsync());
            // Longer than a lease: who wakes up is no longer the consumer.
            yield return Fault.Pause(name, () => worker.Process, 2.2, 6);
            foreach (var fault in ground.LoopbacksToRedis.Skip(i).Take(1).SelectMany(proxy => Fault.Of($"{name} and Redis", proxy)))
                yield return fault;
        }
    }

    private IEnumerable<Fault> OfRedis() => ground.Redis switch
    {
        RedisCluster cluster => new ClusterFaults(cluster, ground.Losses).All(),
        RedisServer single => RedisFaults.Of(ground, single),
        var other => throw new InvalidOperationException($"There are no faults of {other}"),
    };
}
