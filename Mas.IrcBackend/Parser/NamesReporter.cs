using Mas.Core.Model;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.IrcBackend.Parser;

/// <summary>
/// Whose list of names makes a channel's members: everybody's connection gets one when all rejoin after an outage, and one of
/// the burst is enough. <c>ircnamesreporter:&lt;conversationId&gt;</c> is the user's whose list was the first, for a few seconds.
/// </summary>
internal static class NamesReporter
{
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(3);

    /// <summary>Whether the list of the context's user counts: nobody else's has just before.</summary>
    internal static async Task<bool> TakeAsync(ParserContext context, ConversationId id)
    {
        var database = context.On.Redis.Database;
        var key = RedisKeys.IrcNamesReporter(id);
        return await database.StringSetAsync(key, context.User.Value, Lasts, When.NotExists) || await database.StringGetAsync(key) == context.User.Value;
    }

    /// <summary>The context's user hears the channel no longer: the next list counts, whoever gets it.</summary>
    internal static Task LeaveAsync(ParserContext context, ConversationId id) =>
        context.On.Redis.Database.RemoveStringAsync(RedisKeys.IrcNamesReporter(id), context.User.Value);
}
