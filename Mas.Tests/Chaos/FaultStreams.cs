using Mas.Tests.Harness;

namespace Mas.Tests.Chaos;

/// <summary>
/// The faults of a round in three streams that run side by side: faults of servers, of workers, and of Redis. Within a stream one follows
/// the other, so nothing is killed twice at once. The seed determines all of them.
/// </summary>
internal sealed class FaultStreams(ChaosSystem system, Action<string> report)
{
    /// <summary>How many faults happened.</summary>
    public int Count => _count;

    private int _count;

    /// <summary>Causes faults until <paramref name="stop"/> is cancelled; all of them are over when this returns.</summary>
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
            report(lasts > TimeSpan.Zero ? $"{fault.What} for {lasts.TotalSeconds:0.0} s" : fault.What);
            await fault.RunAsync(lasts);
            Interlocked.Increment(ref _count);
        }
    }

    private IEnumerable<Fault> OfServers()
    {
        for (var i = 0; i < system.Mas.Servers.Count; i++)
        {
            var index = i;
            var server = system.Mas.Servers[index];
            var name = $"server {index}";
            yield return Fault.Kill(name, () => server.Process.KillAsync(), () => system.Mas.StartServerAgainAsync(index));
            yield return Fault.Stop(name, () => server.Process.StopAsync(), () => system.Mas.StartServerAgainAsync(index));
            // Shorter and longer than the idle timeout of a session.
            yield return Fault.Freeze(name, () => server.Process, 1, 8);
            foreach (var fault in Fault.Of($"clients of {name}", system.ToServers[index]))
                yield return fault;
        }
    }

    private IEnumerable<Fault> OfWorkers()
    {
        for (var i = 0; i < system.Mas.Loopbacks.Count; i++)
        {
            var worker = system.Mas.Loopbacks[i];
            var name = $"worker {i}";
            yield return Fault.Kill(name, () => worker.Process.KillAsync(), () => worker.StartAgainAsync());
            yield return Fault.Stop(name, () => worker.Process.StopAsync(), () => worker.StartAgainAsync());
            // Longer than a lease: the worker wakes up without it.
            yield return Fault.Freeze(name, () => worker.Process, 2.2, 6);
            foreach (var fault in system.LoopbacksToRedis.Skip(i).Take(1).SelectMany(proxy => Fault.Of($"{name} and Redis", proxy)))
                yield return fault;
        }
    }

    private IEnumerable<Fault> OfRedis() => system.Redis switch
    {
        RedisCluster cluster => new ClusterFaults(cluster, system.PossibleLosses).All(),
        RedisServer single => RedisFaults.Of(system, single),
        var other => throw new InvalidOperationException($"There are no faults of {other}"),
    };
}
