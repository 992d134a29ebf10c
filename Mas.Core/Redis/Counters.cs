using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// Counters of ids. Replication is asynchronous: when a replica takes over, a counter may be behind what was counted
/// already, so whoever draws a number sees to it that nothing has it.
/// </summary>
public static class Counters
{
    /// <summary>More gids than are drawn in the time by which a replica lags behind; few enough for any number of takeovers.</summary>
    private const long Leap = 1_000_000;

    /// <summary>The same, of what one user has.</summary>
    private const long OwnLeap = 1_000;

    /// <summary>Draws the next number of which no record is there.</summary>
    /// <param name="database">Where.</param>
    /// <param name="counter">The counter's key.</param>
    /// <param name="records">The keys that only something with that number has.</param>
    /// <param name="modulus">Of as many consecutive numbers the one is drawn whose remainder by this is <paramref name="remainder"/>.</param>
    /// <param name="remainder">From 0 to below <paramref name="modulus"/>.</param>
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
    /// Draws consecutive numbers that nothing had before, also not what was lost since: clients may still show that. Where no replica can
    /// take over nothing is lost.
    /// </summary>
    /// <param name="redis">Where.</param>
    /// <param name="counter">The counter's key.</param>
    /// <param name="count">How many.</param>
    /// <returns>The last of them.</returns>
    internal static async Task<long> DrawNewAsync(this RedisConnection redis, RedisKey counter, int count) => redis.MayFailOver
        ? (long)await LuaScripts.CounterDraw.RunAsync(redis.Database, [counter, RedisKeys.History(counter)], [count, Leap])
        : await redis.Database.StringIncrementAsync(counter, count);

    /// <summary>The same, of a counter that is a field of a user's record.</summary>
    /// <param name="redis">Where.</param>
    /// <param name="record">The record.</param>
    /// <param name="field">The counter.</param>
    internal static async Task<long> DrawNewAsync(this RedisConnection redis, RedisKey record, RedisValue field) => redis.MayFailOver
        ? (long)await LuaScripts.CounterDraw.RunAsync(redis.Database, [record, RedisKeys.History(record)], [1, OwnLeap, field])
        : await redis.Database.HashIncrementAsync(record, field);

    /// <summary>Sees to it that a counter is not behind a number that is in use.</summary>
    internal static Task RaiseAsync(this MasterDatabase database, RedisKey counter, long used) =>
        LuaScripts.CounterRaise.RunAsync(database, [counter], [used]);
}
