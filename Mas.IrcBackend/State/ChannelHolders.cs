using Mas.Core.Redis;

namespace Mas.IrcBackend.State;

/// <summary>The MAS users who have a window of a channel, connected or not: <c>ircholders:&lt;conversationId&gt;</c>.</summary>
internal sealed class ChannelHolders(RedisConnection redis)
{
    internal Task AddAsync(ConversationId channel, UserId user) => redis.Database.SetAddAsync(RedisKeys.IrcHolders(channel), user.Value);

    internal Task RemoveAsync(ConversationId channel, UserId user) => redis.Database.SetRemoveAsync(RedisKeys.IrcHolders(channel), user.Value);

    internal Task DeleteAsync(ConversationId channel) => redis.Database.KeyDeleteAsync(RedisKeys.IrcHolders(channel));

    internal async Task<List<UserId>> GetAsync(ConversationId channel)
    {
        var users = new List<UserId>();
        foreach (var holder in await redis.Database.SetMembersAsync(RedisKeys.IrcHolders(channel)))
        {
            if (UserId.TryParse(holder, out var user))
                users.Add(user);
        }
        return users;
    }
}
