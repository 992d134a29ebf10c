using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Parser;

/// <summary>Our own coming and going: makes and removes the windows of channels.</summary>
internal static class SelfMembership
{
    private const int MaxHistory = 500;

    /// <summary>The server says that we have joined: the channel becomes a window.</summary>
    internal static async Task EnterAsync(ParserContext context, string name)
    {
        var connection = context.Connection;
        var folded = connection.Mapping.Fold(name);
        var pending = RedisKeys.IrcPendingJoins(context.User, context.Network);
        var joins = await context.On.Redis.Database.HashGetAllAsync(pending);
        var join = joins.FirstOrDefault(entry => connection.Mapping.Equals(entry.Name, name));
        var field = RedisKeys.GroupField(context.Network, folded);
        var entered = false;
        while (!entered)
        {
            var (id, _) = await context.Writer.ClaimAsync(field);
            await context.InChannelAsync(id, async (scope, ledger) =>
            {
                // Whoever left last may have removed it while we waited for our turn.
                entered = await context.On.Conversations.FindGroupAsync(context.Network, folded) == id;
                if (entered)
                    await EnterAsync(context, scope, ledger, name, (string?)join.Value);
            });
            // Of an entry that is delivered again.
            entered |= context.Redelivered && connection.Channels.ContainsKey(folded);
        }
        if (join.Name.HasValue)
            await context.On.Redis.Database.HashDeleteAsync(pending, join.Name);
        var lines = new List<string>();
        if (connection.Has("no-implicit-names") || connection.Has("draft/no-implicit-names"))
            lines.Add(IrcLine.Of("NAMES", name));
        if (await MissedSinceAsync(context, connection.Channels[folded].Id) is { } since)
            lines.Add(IrcLine.Of("CHATHISTORY", "LATEST", name, $"timestamp={since:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}", $"{HistoryLimit(context)}"));
        await context.SendAsync(null, lines);
    }

    /// <summary>The server says that we are out: the window goes.</summary>
    internal static Task LeaveAsync(ParserContext context, UserChannel channel, UserId author, string cat, string text) =>
        context.InChannelAsync(channel.Id, async (scope, ledger) =>
        {
            var others = (await context.On.Redis.Database.SetMembersAsync(RedisKeys.IrcHolders(channel.Id))).Any(holder => holder != context.User.Value);
            var isNew = ledger.IsNewLeave(context.User, context.Connection.Mapping.Fold(context.Connection.Nick), context.At);
            if (others && isNew && await scope.GetRoleAsync(context.User) is not null)
                await scope.PostAsync(author, cat, text);
            await scope.CloseChannelAsync(channel);
        });

    /// <summary>
    /// A channel of this name of which we have no window any more and which we have not left wholly, since a parser died in
    /// between; null when nothing is left of us there.
    /// </summary>
    internal static async Task<UserChannel?> FindHalfLeftAsync(ParserContext context, string name)
    {
        if (await context.On.Conversations.FindGroupAsync(context.Network, context.Connection.Mapping.Fold(name)) is not { } id)
            return null;
        var holders = await context.On.Redis.Database.SetMembersAsync(RedisKeys.IrcHolders(id));
        return holders.Length == 0 || holders.Contains(context.User.Value) ? new UserChannel(id, name) : null;
    }

    private static int HistoryLimit(ParserContext context) =>
        context.Connection.Support.ChatHistoryLimit is > 0 and < MaxHistory and var limit ? limit : MaxHistory;

    private static async Task EnterAsync(ParserContext context, ConversationScope scope, ChannelLedger ledger, string name, string? key)
    {
        var (on, connection, user) = (context.On, context.Connection, context.User);
        var conversation = await on.Conversations.FindAsync(scope.Id);
        if (conversation is null)
        {
            conversation = new Conversation(scope.Id, Conversation.Group, context.Network, name, "", key ?? "", "", 0);
            await context.Writer.CreateAsync(conversation);
        }
        else if (!string.IsNullOrEmpty(key))
        {
            await scope.SetFieldAsync("password", key);
            conversation = conversation with { Password = key };
        }
        await on.Redis.Database.SetAddAsync(RedisKeys.IrcHolders(scope.Id), user.Value);
        connection.Channels[connection.Mapping.Fold(name)] = new UserChannel(scope.Id, conversation.Name);
        // Of a JOIN that is delivered again, its line tells that it was this one that made the user a member.
        var isNew = await scope.GetRoleAsync(user) is null || (context.Redelivered && await scope.HasPostedAsync());
        ledger.Enter(user, context.Generation);
        ledger.OwnJoin(user, connection.Mapping.Fold(connection.Nick), isNew, context.At);
        if (isNew)
            await scope.PostAsync(user, Category.Join, "");
        await scope.SetMemberAsync(user, "");
        if (context.Redelivered || await on.Windows.FindWindowIdAsync(user, scope.Id) is null)
            await on.Lifecycle.OpenAsync(user, conversation, context.FencingToken, scope.Delivery);
    }

    /// <summary>Since when the server has to be asked for what we missed; null when it keeps no history, or we were never here.</summary>
    private static async Task<DateTimeOffset?> MissedSinceAsync(ParserContext context, ConversationId id)
    {
        if (!context.Connection.Has("draft/chathistory") || context.Connection.Support.ChatHistoryLimit is null || context.Redelivered)
            return null;
        var newest = (await context.On.History.GetNewestAsync(id, 50)).FindLast(stored => stored.Message.Cat is Category.Message or Category.Action or Category.Notice);
        return newest is null ? null : DateTimeOffset.FromUnixTimeSeconds(newest.Message.Ts);
    }
}
