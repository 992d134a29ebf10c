using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>
/// Whose NAMES reply makes a channel's members. After an outage every user's connection rejoins and gets a reply; one of the
/// burst is enough. <c>ircnamesreporter:&lt;conversationId&gt;</c> is the user whose reply came first, for a few seconds.
/// </summary>
internal sealed class NamesReporter(RedisConnection redis)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(3);

    /// <summary>Whether the reply to the context's user counts: no other user's has just before.</summary>
    internal async Task<bool> TryBecomeAsync(ParserContext context, ConversationId id)
    {
        var key = RedisKeys.IrcNamesReporter(id);
        return await redis.Database.StringSetAsync(key, context.User.Value, Lifetime, When.NotExists)
            || await redis.Database.StringGetAsync(key) == context.User.Value;
    }

    /// <summary>The context's user is no longer in the channel: the next reply counts, whoever gets it.</summary>
    internal Task LeaveAsync(ParserContext context, ConversationId id) =>
        redis.Database.RemoveStringAsync(RedisKeys.IrcNamesReporter(id), context.User.Value);
}
