using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>Finds the conversation that a request names.</summary>
internal sealed class OwnConversations(Conversations conversations)
{
    /// <summary>The conversation and the requesting user's role; null for anybody but an attached member.</summary>
    internal async Task<(Conversation Conversation, string Role)?> FindAsync(ConversationMessage message)
    {
        var conversation = conversations.FindAsync(message.Id);
        var role = conversations.GetRoleAsync(message.Id, message.Origin.User);
        await Task.WhenAll(conversation, role);
        return conversation.Result is { IsMas: true } found && role.Result is { } member and not Roles.Detached ? (found, member) : null;
    }
}
