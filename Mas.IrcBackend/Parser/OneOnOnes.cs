using Mas.Core.Model;
using Mas.Core.Redis;

namespace Mas.IrcBackend.Parser;

/// <summary>Conversations of two on IRC networks: with a nick, with another MAS user by their nick, or with the server.</summary>
internal static class OneOnOnes
{
    /// <summary>The conversation of the context's user with a peer; its window is open when this returns.</summary>
    internal static async Task<ConversationId> OpenAsync(ParserContext context, UserId peer)
    {
        if (context.Connection.OneOnOnes.TryGetValue(peer, out var open))
            return open;
        var id = await OpenAsync(context, context.User, peer);
        return context.Connection.OneOnOnes[peer] = id;
    }

    /// <summary>The same for the window of any user; used for the peer when that is a MAS user too.</summary>
    internal static async Task<ConversationId> OpenAsync(ParserContext context, UserId user, UserId peer)
    {
        var (id, _) = await context.Writer.ClaimAsync(RedisKeys.OneOnOneField(context.Network, user, peer));
        // A window that is there may not have been told, when what made it broke off.
        if (!context.Redelivered && await context.On.Windows.FindWindowIdAsync(user, id) is not null)
            return id;
        await context.InAsync(id, async scope =>
        {
            foreach (var member in new[] { user, peer })
            {
                if (await scope.GetRoleAsync(member) is null)
                    await context.Writer.SetMemberAsync(id, member, Roles.User);
            }
            var conversation = await context.On.Conversations.FindAsync(id);
            if (conversation is null)
            {
                conversation = new Conversation(id, Conversation.OneOnOne, context.Network, "", "", "", "", 0);
                await context.Writer.CreateAsync(conversation);
            }
            if (context.Redelivered || await context.On.Windows.FindWindowIdAsync(user, id) is null)
                await context.On.Lifecycle.OpenAsync(user, conversation, context.FencingToken, scope.Delivery);
        });
        return id;
    }

    /// <summary>
    /// The context's user has closed the account: removes a conversation with a peer who has none, or has closed it too, since nobody is
    /// left who could open it again.
    /// </summary>
    internal static async Task ForgetAsync(ParserContext context, ConversationId id)
    {
        if (await context.On.Conversations.FindAsync(id) is not { IsGroup: false } conversation || conversation.Network != context.Network)
            return;
        await context.InAsync(id, async _ =>
        {
            var members = (await context.On.Conversations.GetMembersAsync(id)).Keys;
            var closed = await Task.WhenAll(members.Where(member => !member.IsIrc).Select(context.On.Users.IsClosedAsync));
            if (!closed.Contains(false))
                await context.Writer.DeleteAsync(conversation, RedisKeys.OneOnOneField(context.Network, context.User, WindowLifecycle.PeerOf(conversation, context.User, members)!.Value));
        });
    }

    /// <summary>Whether the user has the window, without opening it.</summary>
    internal static async Task<ConversationId?> FindAsync(ParserContext context, UserId peer)
    {
        if (context.Connection.OneOnOnes.TryGetValue(peer, out var open))
            return open;
        return await context.On.Conversations.FindOneOnOneAsync(context.Network, context.User, peer) is { } id
            && await context.On.Windows.FindWindowIdAsync(context.User, id) is not null ? id : null;
    }
}
