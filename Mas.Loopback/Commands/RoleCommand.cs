using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>UPDATE_ROLE: gives a member of a group another role. The owner's stays.</summary>
internal sealed class RoleCommand(OwnConversations own, Conversations conversations, Memberships memberships, ConversationNotifier notifier) : Command<SetRole>
{
    protected override async Task<Ack?> RunAsync(SetRole change, CommandRun run)
    {
        if (await own.FindAsync(change) is not var (conversation, role))
            return Ack.NoWindow;
        var target = new UserId(change.Target);
        if (!conversation.IsGroup || await conversations.GetRoleAsync(change.Id, target) is not { } before)
            return KickCommand.NoMember;
        if (before == Roles.Owner)
            return new Ack(Status.NoPermission, "The owner's role can't be changed.");
        if (!Roles.MayModerate(role))
            return new Ack(Status.NoPermission, "Only the owner and operators can change roles.");
        await memberships.SetAsync(change.Id, new Dictionary<UserId, string> { [target] = change.Role }, run);
        await notifier.RoleChangedAsync(change.Id, target, change.Role, run.Delivery);
        return Ack.Ok;
    }
}
