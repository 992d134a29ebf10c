using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>Writes records: hashes that exist completely or not at all.</summary>
internal static class Records
{
    /// <returns>False when the record exists.</returns>
    internal static Task<bool> CreateHashAsync(this MasterDatabase database, RedisKey key, IEnumerable<HashEntry> fields) => WriteAsync(database, key, 0, fields);

    /// <returns>False when the record does not exist.</returns>
    internal static Task<bool> UpdateHashAsync(this MasterDatabase database, RedisKey key, IEnumerable<HashEntry> fields) => WriteAsync(database, key, 1, fields);

    /// <summary>Changes fields of a record if another field has the expected value.</summary>
    /// <returns>False when it has not.</returns>
    internal static async Task<bool> ChangeHashAsync(this MasterDatabase database, RedisKey key, HashEntry condition, IEnumerable<HashEntry> fields) =>
        (long)await LuaScripts.HashChange.RunAsync(database, [key], [condition.Name, condition.Value, .. fields.SelectMany(field => new[] { field.Name, field.Value })]) == 1;

    private static async Task<bool> WriteAsync(MasterDatabase database, RedisKey key, int there, IEnumerable<HashEntry> fields) =>
        (long)await LuaScripts.HashWrite.RunAsync(database, [key], [there, .. fields.SelectMany(field => new[] { field.Name, field.Value })]) == 1;
}
