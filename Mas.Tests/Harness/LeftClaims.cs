using StackExchange.Redis;

namespace Mas.Tests.Harness;

/// <summary>What a worker that died leaves to the next one.</summary>
internal static class LeftClaims
{
    private static long _last;

    /// <summary>Leaves entries claimed, under a lease earlier than all others.</summary>
    /// <returns>The claim's list; it is gone when the entries have been redelivered.</returns>
    public static async Task<RedisKey> LeaveClaimAsync(this IDatabase redis, string endpoint, params RedisValue[] entries)
    {
        var number = Interlocked.Increment(ref _last);
        RedisKey list = $"{{inbox:{endpoint}}}:claim:0:{number}";
        await redis.ListLeftPushAsync(list, entries);
        await redis.HashSetAsync($"{{inbox:{endpoint}}}:claims", 0, $"{number}-{number}");
        return list;
    }
}
