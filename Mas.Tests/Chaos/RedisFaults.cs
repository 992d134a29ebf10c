using Mas.Tests.Harness;

namespace Mas.Tests.Chaos;

/// <summary>Faults of Redis and of the connections to it.</summary>
internal static class RedisFaults
{
    /// <summary>All faults of a single Redis.</summary>
    public static IEnumerable<Fault> Of(ChaosSystem system, RedisServer redis)
    {
        yield return Fault.Kill("Redis", () => redis.KillAsync(), () => redis.StartAgainAsync());
        yield return Fault.Stop("Redis", () => redis.StopAsync(), () => redis.StartAgainAsync());
        yield return Fault.Freeze("Redis", () => redis.Process, 0.5, 6);
        // Redis refuses every command that might need memory.
        yield return Fault.During("fill Redis", 0.5, 4, () => redis.Server.ConfigSetAsync("maxmemory", "1mb"), () => redis.Server.ConfigSetAsync("maxmemory", "0"));
        for (var i = 0; i < system.ServersToRedis.Count; i++)
        {
            foreach (var fault in Fault.Of($"server {i} and Redis", system.ServersToRedis[i]))
                yield return fault;
        }
        foreach (var fault in Fault.Of("all processes and Redis", [.. system.ServersToRedis, .. system.LoopbacksToRedis]))
            yield return fault;
    }
}
