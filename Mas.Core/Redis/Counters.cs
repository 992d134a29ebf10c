using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// Allocates ids from counters. After a replica took over, a counter may be behind numbers in use, since replication is
/// asynchronous. So each allocation makes sure that its number is unused.
/// </summary>
public static class Counters
{
    /// <summary>More gids than are allocated while a replica lags behind.</summary>
    private const long Leap = 1_000_000;

    /// <summary>The same for the counters of one user.</summary>
    private const long OwnLeap = 1_000;

    /// <summary>Allocates a number that is <paramref name="remainder"/> modulo <paramref name="modulus"/> and has no record.</summary>
    /// <param name="records">The keys of a number's records.</param>
    public static async Task<long> NextUnusedAsync(
        this MasterDatabase database, RedisKey counter, Func<long, RedisKey[]> records, int modulus = 1, int remainder = 0)
    {
        while (true)
        {
            var last = await database.StringIncrementAsync(counter, modulus);
            var number = last - (last - remainder) % modulus;
            var used = await Task.WhenAll(records(number).Select(key => database.KeyExistsAsync(key)));
            if (!used.Contains(true))
                return number;
        }
    }

    /// <summary>
    /// Allocates consecutive numbers that were never used, not even by something that a failover has lost, since clients may
    /// still show it.
    /// </summary>
    /// <returns>The last number.</returns>
    internal static async Task<long> DrawNewAsync(this RedisConnection redis, RedisKey counter, int count) => redis.MayFailOver
        ? (long)await LuaScripts.CounterDraw.RunAsync(redis.Database, [counter, RedisKeys.History(counter)], [count, Leap])
        : await redis.Database.StringIncrementAsync(counter, count);

    /// <summary>The same for a counter that is a field of a user's record.</summary>
    internal static async Task<long> DrawNewAsync(this RedisConnection redis, RedisKey record, RedisValue field) => redis.MayFailOver
        ? (long)await LuaScripts.CounterDraw.RunAsync(redis.Database, [record, RedisKeys.History(record)], [1, OwnLeap, field])
        : await redis.Database.HashIncrementAsync(record, field);

    /// <summary>Raises a counter to at least a number that is in use.</summary>
    internal static Task RaiseAsync(this MasterDatabase database, RedisKey counter, long used) =>
        LuaScripts.CounterRaise.RunAsync(database, [counter], [used]);
}
