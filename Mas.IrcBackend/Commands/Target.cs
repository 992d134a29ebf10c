using Mas.Core.Model;
using Mas.IrcBackend.Parser;

namespace Mas.IrcBackend.Commands;

/// <summary>What a window of the user shows, and whom its lines reach.</summary>
/// <param name="Conversation">The conversation.</param>
/// <param name="Peer">The other one of an 1on1, null in a channel.</param>
/// <param name="Name">The channel's name, or the peer's nick; empty when nobody is reached there.</param>
internal sealed record Target(Conversation Conversation, UserId? Peer, string Name)
{
    /// <summary>The conversation.</summary>
    internal ConversationId Id => Conversation.Id;

    /// <summary>Whether it is the window of the network's server.</summary>
    internal bool IsServer => Peer == UserId.Server;

    /// <summary>Finds the target of a conversation of which the user has a window.</summary>
    internal static async Task<Target?> FindAsync(ParserContext context, ConversationId id)
    {
        if (await context.On.Conversations.FindAsync(id) is not { } conversation || conversation.Network != context.Network
            || await context.On.Windows.FindWindowIdAsync(context.User, id) is null)
            return null;
        if (conversation.IsGroup)
            return new Target(conversation, null, conversation.Name);
        var members = await context.On.Conversations.GetMembersAsync(id);
        if (WindowLifecycle.PeerOf(conversation, context.User, members.Keys) is not { } peer)
            return null;
        if (peer == UserId.Server)
            return new Target(conversation, peer, "");
        var nick = await context.On.People.NickOfAsync(peer, context.Network);
        // The nick may be somebody else's by now.
        var isStill = nick is not null && (!peer.IsIrc || await context.On.People.FindAsync(context.Network, context.Connection.Mapping, nick) == peer);
        return new Target(conversation, peer, isStill ? nick! : "");
    }
}
