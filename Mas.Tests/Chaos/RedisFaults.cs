using Mas.Tests.Harness;

namespace Mas.Tests.Chaos;

/// <summary>What may happen to Redis, and to the servers' connections to it.</summary>
internal static class RedisFaults
{
    /// <summary>All of it, for one Redis.</summary>
    public static IEnumerable<Fault> Of(ChaosGround ground, RedisServer redis)
    {
        yield return Fault.Kill("Redis", () => redis.KillAsync(), () => redis.StartAgainAsync());
        yield return Fault.Stop("Redis", () => redis.StopAsync(), () => redis.StartAgainAsync());
        yield return Fault.Pause("Redis", () => redis.Process, 0.5, 6);
        // Full: each command that might take memory is refused.
        yield return Fault.During("fill Redis", 0.5, 4, () => redis.Server.ConfigSetAsync("maxmemory", "1mb"), () => redis.Server.ConfigSetAsync("maxmemory", "0"));
        for (var i = 0; i < ground.ServersToRedis.Count; i++)
        {
            foreach (var fault in Fault.Of($"server {i} and Redis", ground.ServersToRedis[i]))
                yield return fault;
        }
        foreach (var fault in Fault.Of("everybody and Redis", [.. ground.ServersToRedis, .. ground.LoopbacksToRedis]))
            yield return fault;
    }
}
