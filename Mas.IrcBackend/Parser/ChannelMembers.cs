using Mas.Core.Model;
using Mas.Core.Redis;

namespace Mas.IrcBackend.Parser;

/// <summary>Finds members of channels by their nicks.</summary>
internal static class ChannelMembers
{
    /// <summary>
    /// The member who has this nick, or null. For an entry that is delivered again also who was one: that they are none any more
    /// may be its own doing.
    /// </summary>
    internal static async Task<UserId?> FindAsync(ParserContext context, ConversationId channel, string nick)
    {
        var (on, mapping) = (context.On, context.Connection.Mapping);
        if (await on.People.FindAsync(context.Network, mapping, nick) is { } user && await IsOrWasAsync(user))
            return user;
        // A MAS user whose connection has just ended is in no index any more, but still in the channel for the others.
        foreach (var holder in await on.Redis.Database.SetMembersAsync(RedisKeys.IrcHolders(channel)))
        {
            if (UserId.TryParse(holder, out var other) && other != context.User
                && mapping.Equals(await on.People.NickOfAsync(other, context.Network), nick) && await IsOrWasAsync(other))
                return other;
        }
        return null;

        async Task<bool> IsOrWasAsync(UserId who) => context.Redelivered || await on.Conversations.GetRoleAsync(channel, who) is not null;
    }
}
