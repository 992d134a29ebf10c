using Mas.Core.Redis;

namespace Mas.IrcBackend.State;

/// <summary>
/// JOINs that the server has not answered yet, <c>ircpendingjoins:&lt;userId&gt;:&lt;network&gt;</c>. They survive a failed connect.
/// </summary>
internal sealed class PendingJoins(RedisConnection redis)
{
    internal Task AddAsync(ParserContext context, string channel, string key) => redis.Database.HashSetAsync(Key(context), channel, key);

    /// <summary>The channels, spelt as they were asked for, with their keys.</summary>
    internal async Task<List<(string Channel, string? Key)>> GetAsync(ParserContext context) =>
        [.. (await redis.Database.HashGetAllAsync(Key(context))).Select(entry => ((string)entry.Name!, (string?)entry.Value))];

    /// <summary>Removes the JOIN of a channel, however it is spelt.</summary>
    /// <returns>False when none was pending.</returns>
    internal async Task<bool> RemoveAsync(ParserContext context, string channel)
    {
        foreach (var pending in await redis.Database.HashKeysAsync(Key(context)))
        {
            if (context.Connection.Mapping.Equals(pending, channel))
                return await redis.Database.HashDeleteAsync(Key(context), pending);
        }
        return false;
    }

    internal Task DeleteAllAsync(ParserContext context) => redis.Database.KeyDeleteAsync(Key(context));

    private static StackExchange.Redis.RedisKey Key(ParserContext context) => RedisKeys.IrcPendingJoins(context.User, context.Network);
}
