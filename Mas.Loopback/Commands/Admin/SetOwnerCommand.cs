using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands.Admin;

/// <summary>ADMIN_SET_OWNER: makes a member the owner of a group; the owner before becomes an operator.</summary>
internal sealed class SetOwnerCommand(
    Conversations conversations, ConversationWriter writer, Memberships memberships, ConversationNotifier notifier) : Command<SetOwner>
{
    protected override async Task<Ack?> RunAsync(SetOwner change, CommandRun run)
    {
        var target = new UserId(change.Target);
        if (await conversations.FindAsync(change.Id) is not { IsMas: true, IsGroup: true })
            return RemoveGroupCommand.NoGroup;
        var members = await conversations.GetMembersAsync(change.Id);
        if (!members.ContainsKey(target))
            return KickCommand.NoMember;
        var roles = new Dictionary<UserId, string> { [target] = Roles.Owner };
        foreach (var (member, role) in members)
        {
            if (role == Roles.Owner && member != target)
                roles[member] = Roles.Operator;
        }
        await writer.SetOwnerAsync(change.Id, target);
        await memberships.SetAsync(change.Id, roles, run);
        foreach (var (member, role) in roles)
            await notifier.RoleChangedAsync(change.Id, member, role, run.Delivery);
        return Ack.Ok;
    }
}
