using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>Attaches the members of a one-on-one who have closed the window, and opens it for them.</summary>
internal sealed class OneOnOnePeers(Conversations conversations, Users users, Memberships memberships, MemberWindows windows)
{
    private static readonly Ack Closed = new(Status.NotFound, "This account is closed.");

    /// <summary>Attaches those who are detached.</summary>
    /// <returns>Null, or why nothing can be said there.</returns>
    internal Task<Ack?> AttachAsync(ConversationId id, CommandRun run) => AttachAsync(id, (_, role) => role == Roles.Detached, run);

    /// <summary>Attaches the other one, even if attached already: after a crash the window may be missing.</summary>
    /// <inheritdoc cref="AttachAsync(ConversationId, CommandRun)"/>
    internal Task<Ack?> AttachAgainAsync(ConversationId id, UserId author, CommandRun run) => AttachAsync(id, (member, _) => member != author, run);

    private async Task<Ack?> AttachAsync(ConversationId id, Func<UserId, string, bool> isMeant, CommandRun run)
    {
        foreach (var (peer, _) in (await conversations.GetMembersAsync(id)).Where(member => isMeant(member.Key, member.Value)))
        {
            if (!await users.IsInUseAsync(peer) || await conversations.FindAsync(id) is not { } conversation)
                return Closed;
            await memberships.SetAsync(id, new Dictionary<UserId, string> { [peer] = Roles.User }, run);
            await windows.OpenAsync(peer, conversation, run);
        }
        return null;
    }
}
