using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>Removes what several processes write, unless it holds something else by now than the caller thinks.</summary>
public static class CompareAndDelete
{
    /// <summary>Removes a string.</summary>
    /// <param name="database">Where.</param>
    /// <param name="key">The string.</param>
    /// <param name="value">What it holds as the caller thinks.</param>
    public static Task RemoveStringAsync(this MasterDatabase database, RedisKey key, RedisValue value) =>
        LuaScripts.StringRemove.RunAsync(database, [key], [value]);

    /// <summary>Removes a field of a hash.</summary>
    /// <param name="database">Where.</param>
    /// <param name="key">The hash.</param>
    /// <param name="field">The field.</param>
    /// <param name="value">What it holds as the caller thinks.</param>
    public static Task RemoveFieldAsync(this MasterDatabase database, RedisKey key, RedisValue field, RedisValue value) =>
        LuaScripts.FieldRemove.RunAsync(database, [key], [field, value]);

    /// <summary>Removes a member of a sorted set.</summary>
    /// <param name="database">Where.</param>
    /// <param name="key">The sorted set.</param>
    /// <param name="member">The member.</param>
    /// <param name="upTo">The highest score with which it is removed.</param>
    /// <returns>Whether this call removed it.</returns>
    public static async Task<bool> RemoveMemberAsync(this MasterDatabase database, RedisKey key, RedisValue member, long upTo) =>
        (long)await LuaScripts.MemberRemove.RunAsync(database, [key], [member, upTo]) == 1;
}
