using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.State;

/// <summary>The user's own JOIN, confirmed by the server: the channel becomes a window.</summary>
internal sealed class SelfJoin(
    ConversationAccess access, ConversationWriter writer, Conversations conversations, ConversationFields fields, EntryPoster poster,
    ChannelMembers members, ChannelHolders holders, WindowOpener windows, PendingJoins pendingJoins, HistoryRequests history, ConnectionSender sender)
{
    internal async Task RunAsync(ParserContext context, string name)
    {
        var connection = context.Connection;
        var folded = connection.Mapping.Fold(name);
        var pending = (await pendingJoins.GetAsync(context)).Find(join => connection.Mapping.Equals(join.Channel, name));
        var entered = false;
        while (!entered)
        {
            var (id, _) = await writer.ClaimAsync(RedisKeys.GroupField(context.Network, folded));
            await access.InChannelAsync(context, id, async (scope, dedup) =>
            {
                // Whoever left last may have deleted the conversation before this access began.
                entered = await conversations.FindGroupAsync(context.Network, folded) == id;
                if (entered)
                    await EnterAsync(scope, dedup, name, pending.Key);
            });
            // A redelivered JOIN that was counted is skipped above.
            entered |= context.Redelivered && connection.Channels.ContainsKey(folded);
        }
        await pendingJoins.RemoveAsync(context, name);
        await AskAsync(context, connection.Channels[folded].Id, name);
    }

    /// <summary>Asks for the names, where they don't come unasked, and for the messages that were missed.</summary>
    private async Task AskAsync(ParserContext context, ConversationId id, string name)
    {
        var lines = new List<string>();
        if (context.Connection.Has("no-implicit-names") || context.Connection.Has("draft/no-implicit-names"))
            lines.Add(IrcLine.Of("NAMES", name));
        if (await history.ForChannelAsync(context, id, name) is { } request)
            lines.Add(request);
        await sender.SendAsync(context, null, lines);
    }

    private async Task EnterAsync(ConversationScope scope, ChannelDeduplicator dedup, string name, string? key)
    {
        var (context, connection, user) = (scope.Context, scope.Context.Connection, scope.Context.User);
        var conversation = await conversations.FindAsync(scope.Id);
        if (conversation is null)
        {
            conversation = new Conversation(scope.Id, Conversation.Group, context.Network, name, "", key ?? "", "", 0);
            await writer.CreateAsync(conversation);
        }
        else if (!string.IsNullOrEmpty(key))
        {
            await fields.SetAsync(scope, "password", key);
            conversation = conversation with { Password = key };
        }
        await holders.AddAsync(scope.Id, user);
        connection.Channels[connection.Mapping.Fold(name)] = new UserChannel(scope.Id, conversation.Name);
        // On redelivery, the join line tells whether this JOIN made the user a member.
        var isNew = await members.GetRoleAsync(scope, user) is null || (context.Redelivered && await poster.HasPostedAsync(scope));
        dedup.Enter(user, context.Generation);
        dedup.OwnJoin(user, connection.Mapping.Fold(connection.Nick), isNew, context.At);
        if (isNew)
            await poster.PostAsync(scope, user, Category.Join, "");
        await members.SetAsync(scope, user, "");
        await windows.OpenAsync(scope, user, conversation);
    }
}
