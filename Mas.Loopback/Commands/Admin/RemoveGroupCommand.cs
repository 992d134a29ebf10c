using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands.Admin;

/// <summary>ADMIN_REMOVE_GROUP. Windows go first, so that nobody looks at a conversation that is gone; a crash in between leaves members for the next attempt.</summary>
internal sealed class RemoveGroupCommand(Conversations conversations, Memberships memberships, MemberWindows windows) : Command<RemoveGroup>
{
    internal static readonly Ack NoGroup = new(Status.NotFound, "There is no such group.");

    protected override async Task<Ack?> RunAsync(RemoveGroup remove, CommandRun run)
    {
        var conversation = await conversations.FindAsync(remove.Id);
        var members = await conversations.GetMembersAsync(remove.Id);
        if (conversation is null && members.Count == 0)
            return NoGroup;
        if (conversation is { IsMas: false } || (conversation is { IsGroup: false } && members.Count > 0))
            return NoGroup;
        foreach (var member in members.Keys)
            await windows.RemoveAsync(member, remove.Id, run);
        await memberships.RemoveGroupAsync(conversation ?? new Conversation(remove.Id, Conversation.Group, Networks.Mas, "", "", "", "", 0));
        return Ack.Ok;
    }
}
