using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>NICK: somebody, or the user, has another nick.</summary>
internal sealed class NickEvents(
    IrcUsers ircUsers, ChannelMembers members, UserCards cards, Conversations conversations, ConversationAccess access, EntryPoster poster)
{
    internal async Task NickAsync(ParserContext context, IrcMessage message)
    {
        if (message.Source is not { } source)
            return;
        var (connection, old, nick) = (context.Connection, source.Nick, message.Parameter(0));
        // The connection's own nick event came before this line.
        var isOwn = connection.IsMe(nick) || connection.IsMe(old);
        List<UserChannel> channels = isOwn ? [.. connection.Channels.Values] : await members.FindChannelsAsync(context, old);
        // An earlier delivery may have renamed the user already.
        if (context.Redelivered && !isOwn)
            channels = [.. channels.Union(await members.FindChannelsAsync(context, nick))];
        var mas = isOwn ? context.User : await ircUsers.FindMasAsync(connection, old) ?? await ircUsers.FindMasAsync(connection, nick);
        var renamed = mas;
        foreach (var channel in channels)
        {
            await access.InChannelAsync(context, channel.Id, async (scope, dedup) =>
            {
                if (!IsNew(context, dedup, old, nick))
                    return;
                renamed ??= await RenameAsync(scope, old, nick);
                if (await members.GetRoleAsync(scope, renamed.Value) is null)
                    return;
                if (mas is null)
                    await TellCardAsync(scope, renamed.Value);
                await poster.PostAsync(scope, renamed.Value, Category.Info, $"{old} is now known as {nick}");
            });
        }
        if (isOwn && channels.Count == 0)
            context.TellServerWindow(Category.Info, $"You are now known as {nick}");
    }

    private static bool IsNew(ParserContext context, ChannelDeduplicator dedup, string old, string nick)
    {
        var (from, to) = (context.Connection.Mapping.Fold(old), context.Connection.Mapping.Fold(nick));
        return from == to
            ? dedup.IsNew(context.User, from, "NICK", nick, context.At)
            : dedup.IsNewLeave(context.User, from, context.At) & dedup.IsNewJoin(context.User, to, context.At);
    }

    private async Task<UserId> RenameAsync(ConversationScope scope, string old, string nick)
    {
        var context = scope.Context;
        // If an earlier delivery has renamed the user, the old nick may be somebody else's now.
        return context.Redelivered && await poster.HasPostedAsync(scope)
            ? await ircUsers.GetAsync(context.Connection, nick)
            : await ircUsers.RenameAsync(context.Connection, old, nick);
    }

    /// <summary>Sends the user's new name to the sessions in the channel.</summary>
    private async Task TellCardAsync(ConversationScope scope, UserId user)
    {
        var entry = Notifications.AddUsers([user], await cards.GetAsync([user]));
        foreach (var live in await conversations.GetLiveSessionsAsync(scope.Id))
            scope.Delivery.Add(live.Session, entry);
    }
}
