using Mas.Core.Model;
using Mas.Core.Redis;

namespace Mas.IrcBackend.State;

/// <summary>Conversations of two on an IRC network: with a nick, with another MAS user by the nick, or with the server.</summary>
internal sealed class OneOnOnes(ConversationAccess access, ConversationWriter writer, Conversations conversations, Users users, WindowOpener windows)
{
    /// <summary>The conversation of the context's user with a peer, its window opened if it is not.</summary>
    internal async Task<ConversationId> OpenAsync(ParserContext context, UserId peer)
    {
        if (context.Connection.OneOnOnes.TryGetValue(peer, out var open))
            return open;
        var id = await OpenAsync(context, context.User, peer);
        return context.Connection.OneOnOnes[peer] = id;
    }

    /// <summary>The same for the window of any user: the peer's, when the peer is a MAS user.</summary>
    internal async Task<ConversationId> OpenAsync(ParserContext context, UserId user, UserId peer)
    {
        var (id, _) = await writer.ClaimAsync(RedisKeys.OneOnOneField(context.Network, user, peer));
        // On redelivery the window may be there without having been told.
        if (!context.Redelivered && await windows.IsOpenAsync(user, id))
            return id;
        await access.InAsync(context, id, async scope =>
        {
            foreach (var member in new[] { user, peer })
            {
                if (await conversations.GetRoleAsync(id, member) is null)
                    await writer.SetMemberAsync(id, member, Roles.User);
            }
            var conversation = await conversations.FindAsync(id);
            if (conversation is null)
            {
                conversation = new Conversation(id, Conversation.OneOnOne, context.Network, "", "", "", "", 0);
                await writer.CreateAsync(conversation);
            }
            await windows.OpenAsync(scope, user, conversation);
        });
        return id;
    }

    /// <summary>The conversation with a peer if its window is open; null else.</summary>
    internal async Task<ConversationId?> FindAsync(ParserContext context, UserId peer)
    {
        if (context.Connection.OneOnOnes.TryGetValue(peer, out var open))
            return open;
        return await conversations.FindOneOnOneAsync(context.Network, context.User, peer) is { } id && await windows.IsOpenAsync(context.User, id) ? id : null;
    }

    /// <summary>
    /// The context's user has closed the account: deletes the conversation when its peer has no account or has closed it too,
    /// since nobody could open it again.
    /// </summary>
    internal async Task DeleteIfOrphanedAsync(ParserContext context, ConversationId id)
    {
        if (await conversations.FindAsync(id) is not { IsGroup: false } conversation || conversation.Network != context.Network)
            return;
        await access.InAsync(context, id, async _ =>
        {
            var members = (await conversations.GetMembersAsync(id)).Keys;
            var closed = await Task.WhenAll(members.Where(member => !member.IsIrc).Select(users.IsClosedAsync));
            if (!closed.Contains(false) && conversation.PeerOf(context.User, members) is { } peer)
                await writer.DeleteAsync(conversation, RedisKeys.OneOnOneField(context.Network, context.User, peer));
        });
    }
}
