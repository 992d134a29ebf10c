using Mas.Core.Model;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>Finds the targets of conversations.</summary>
internal sealed class Targets(Conversations conversations, WindowOpener windows, IrcUsers ircUsers)
{
    /// <summary>The target of a conversation; null when the user has no window of it.</summary>
    internal async Task<Target?> FindAsync(ParserContext context, ConversationId id)
    {
        if (await conversations.FindAsync(id) is not { } conversation || conversation.Network != context.Network || !await windows.IsOpenAsync(context.User, id))
            return null;
        if (conversation.IsGroup)
            return new Target(conversation, null, conversation.Name);
        var members = await conversations.GetMembersAsync(id);
        if (conversation.PeerOf(context.User, members.Keys) is not { } peer)
            return null;
        return new Target(conversation, peer, peer == UserId.Server ? "" : await NickOfAsync(context, peer) ?? "");
    }

    private async Task<string?> NickOfAsync(ParserContext context, UserId peer)
    {
        var nick = await ircUsers.NickOfAsync(peer, context.Network);
        // Somebody else may have taken the nick.
        return nick is not null && (!peer.IsIrc || await ircUsers.FindAsync(context.Connection, nick) == peer) ? nick : null;
    }
}
