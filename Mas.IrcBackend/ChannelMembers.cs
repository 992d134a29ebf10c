using Mas.Core.Model;
using Mas.Core.Redis;

namespace Mas.IrcBackend;

/// <summary>Finds members of channels by their nicks.</summary>
internal static class ChannelMembers
{
    /// <summary>The member who has this nick, or null.</summary>
    internal static async Task<UserId?> FindAsync(ParserContext context, ConversationId channel, string nick)
    {
        var (on, mapping) = (context.On, context.Connection.Mapping);
        if (await on.People.FindAsync(context.Network, mapping, nick) is { } user && await on.Conversations.GetRoleAsync(channel, user) is not null)
            return user;
        // A MAS user whose connection has just ended is in no index any more, but still in the channel for the others.
        foreach (var holder in await on.Redis.Database.SetMembersAsync(RedisKeys.IrcHolders(channel)))
        {
            if (UserId.TryParse(holder, out var other) && other != context.User
                && mapping.Equals(await on.People.NickOfAsync(other, context.Network), nick)
                && await on.Conversations.GetRoleAsync(channel, other) is not null)
                return other;
        }
        return null;
    }
}
