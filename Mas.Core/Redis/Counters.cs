using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// Counters of ids. Replication is asynchronous: when a replica takes over, a counter may be behind what was counted
/// already, so whoever draws a number sees to it that nothing has it.
/// </summary>
public static class Counters
{
    /// <summary>Draws the next number of which no record is there.</summary>
    /// <param name="database">Where.</param>
    /// <param name="counter">The counter's key.</param>
    /// <param name="records">The keys that only something with that number has.</param>
    /// <param name="modulus">Of as many consecutive numbers the one is drawn whose remainder by this is <paramref name="remainder"/>.</param>
    /// <param name="remainder">From 0 to below <paramref name="modulus"/>.</param>
    public static async Task<long> NextUnusedAsync(
        this IDatabase database, RedisKey counter, Func<long, RedisKey[]> records, int modulus = 1, int remainder = 0)
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

    /// <summary>Sees to it that a counter is not behind a number that is in use.</summary>
    internal static Task RaiseAsync(this IDatabase database, RedisKey counter, long used) =>
        database.RunScriptAsync(LuaScripts.CounterRaise, [counter], [used]);

    /// <summary>Writes a record, unless there is one of this key.</summary>
    /// <returns>Whether it was written.</returns>
    internal static async Task<bool> CreateHashAsync(this IDatabase database, RedisKey key, HashEntry[] fields) =>
        (long)await database.RunScriptAsync(LuaScripts.HashCreate, [key], [.. fields.SelectMany(field => new[] { field.Name, field.Value })]) == 1;
}
