using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>Writes records, hashes that are there as a whole or not at all.</summary>
internal static class Records
{
    /// <summary>Writes a record, unless there is one of this key.</summary>
    /// <returns>Whether it was written.</returns>
    internal static Task<bool> CreateHashAsync(this MasterDatabase database, RedisKey key, IEnumerable<HashEntry> fields) => WriteAsync(database, key, 0, fields);

    /// <summary>Changes fields of a record, if there is one of this key.</summary>
    /// <returns>Whether they were changed.</returns>
    internal static Task<bool> UpdateHashAsync(this MasterDatabase database, RedisKey key, IEnumerable<HashEntry> fields) => WriteAsync(database, key, 1, fields);

    /// <summary>Changes fields of a record, if another one holds what it should.</summary>
    /// <returns>Whether they were changed.</returns>
    internal static async Task<bool> ChangeHashAsync(this MasterDatabase database, RedisKey key, HashEntry condition, IEnumerable<HashEntry> fields) =>
        (long)await LuaScripts.HashChange.RunAsync(database, [key], [condition.Name, condition.Value, .. fields.SelectMany(field => new[] { field.Name, field.Value })]) == 1;

    private static async Task<bool> WriteAsync(MasterDatabase database, RedisKey key, int there, IEnumerable<HashEntry> fields) =>
        (long)await LuaScripts.HashWrite.RunAsync(database, [key], [there, .. fields.SelectMany(field => new[] { field.Name, field.Value })]) == 1;
}
