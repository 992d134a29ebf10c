using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>Fields of hashes that several processes write.</summary>
public static class HashFields
{
    /// <summary>Removes a field, unless it holds something else by now.</summary>
    /// <param name="database">Where.</param>
    /// <param name="key">The hash.</param>
    /// <param name="field">The field.</param>
    /// <param name="value">What it holds as the caller thinks.</param>
    public static Task RemoveFieldAsync(this MasterDatabase database, RedisKey key, RedisValue field, RedisValue value) =>
        database.RunScriptAsync(LuaScripts.IndexRemove, [key], [field, value]);
}
