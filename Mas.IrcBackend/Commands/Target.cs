using Mas.Core.Model;

namespace Mas.IrcBackend.Commands;

/// <summary>Where the lines of a window go.</summary>
/// <param name="Conversation">The conversation.</param>
/// <param name="Peer">The peer of a 1on1; null in a channel.</param>
/// <param name="Name">The channel's name or the peer's nick; empty when nobody is reached.</param>
internal sealed record Target(Conversation Conversation, UserId? Peer, string Name)
{
    internal ConversationId Id => Conversation.Id;

    /// <summary>Whether it is the window of the network's server.</summary>
    internal bool IsServer => Peer == UserId.Server;
}
