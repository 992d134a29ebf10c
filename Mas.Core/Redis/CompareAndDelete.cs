using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>Removes a value that several processes write, only if it is as the caller expects.</summary>
public static class CompareAndDelete
{
    /// <summary>Removes a string if it has the expected value.</summary>
    public static Task RemoveStringAsync(this MasterDatabase database, RedisKey key, RedisValue value) =>
        LuaScripts.StringRemove.RunAsync(database, [key], [value]);

    /// <summary>Removes a field of a hash if it has the expected value.</summary>
    public static Task RemoveFieldAsync(this MasterDatabase database, RedisKey key, RedisValue field, RedisValue value) =>
        LuaScripts.FieldRemove.RunAsync(database, [key], [field, value]);

    /// <summary>Removes a member of a sorted set if its score is at most <paramref name="upTo"/>.</summary>
    /// <returns>Whether this call removed it.</returns>
    public static async Task<bool> RemoveMemberAsync(this MasterDatabase database, RedisKey key, RedisValue member, long upTo) =>
        (long)await LuaScripts.MemberRemove.RunAsync(database, [key], [member, upTo]) == 1;
}
