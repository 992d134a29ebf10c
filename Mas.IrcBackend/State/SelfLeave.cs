using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;

namespace Mas.IrcBackend.State;

/// <summary>The user's own PART, KICK or CLOSE: the window goes; with the last user's, the conversation.</summary>
internal sealed class SelfLeave(
    ConversationAccess access, ConversationWriter writer, Conversations conversations, EntryPoster poster, ChannelMembers members,
    ChannelHolders holders, NamesReporter namesReporter, ChannelDeduplicators deduplicators, WindowLifecycle lifecycle, FencingToken fence)
{
    /// <summary>Takes the user out of a channel.</summary>
    /// <param name="context">The entry.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="author">Who the line is by: the user, or who kicked.</param>
    /// <param name="cat">Part or kick.</param>
    /// <param name="text">The line.</param>
    internal Task RunAsync(ParserContext context, UserChannel channel, UserId author, string cat, string text) =>
        access.InChannelAsync(context, channel.Id, async (scope, dedup) =>
        {
            var hasOthers = (await holders.GetAsync(channel.Id)).Exists(holder => holder != context.User);
            var isNew = dedup.IsNewLeave(context.User, context.Connection.Mapping.Fold(context.Connection.Nick), context.At);
            if (hasOthers && isNew && await members.GetRoleAsync(scope, context.User) is not null)
                await poster.PostAsync(scope, author, cat, text);
            await CloseAsync(scope, dedup, channel);
        });

    /// <summary>
    /// A channel whose window is gone and which the user has not left completely, because a parser died in between; null when
    /// nothing of the user is left there.
    /// </summary>
    internal async Task<UserChannel?> FindHalfLeftAsync(ParserContext context, string name)
    {
        if (await conversations.FindGroupAsync(context.Network, context.Connection.Mapping.Fold(name)) is not { } id)
            return null;
        var users = await holders.GetAsync(id);
        return users.Count == 0 || users.Contains(context.User) ? new UserChannel(id, name) : null;
    }

    /// <summary>
    /// Removes the user's window and membership. What <see cref="FindHalfLeftAsync"/> looks for goes last: the user among the
    /// holders, then the name that leads to the conversation.
    /// </summary>
    private async Task CloseAsync(ConversationScope scope, ChannelDeduplicator dedup, UserChannel channel)
    {
        var (context, user) = (scope.Context, scope.Context.User);
        var folded = context.Connection.Mapping.Fold(channel.Name);
        dedup.Leave(user, context.At);
        await namesReporter.LeaveAsync(context, scope.Id);
        await lifecycle.RemoveAsync(user, scope.Id, fence, scope.Delivery);
        context.Connection.Channels.Remove(folded);
        if ((await holders.GetAsync(scope.Id)).Exists(holder => holder != user))
        {
            await members.RemoveAsync(scope, user);
            await scope.Delivery.FlushAsync();
            await holders.RemoveAsync(scope.Id, user);
            return;
        }
        await deduplicators.DeleteAsync(scope.Id, dedup);
        await members.DeleteRecordsAsync(scope);
        await writer.DeleteRecordsAsync(scope.Id);
        await holders.DeleteAsync(scope.Id);
        await writer.ReleaseAsync(RedisKeys.GroupField(context.Network, folded), scope.Id);
    }
}
