using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands.Admin;

/// <summary>ADMIN_KICK: removes a member from a group, the owner too.</summary>
internal sealed class RemoveMemberCommand(
    Conversations conversations, ConversationWriter writer, Memberships memberships, MemberWindows windows, KickLines lines) : Command<RemoveMember>
{
    protected override async Task<Ack?> RunAsync(RemoveMember kick, CommandRun run)
    {
        var target = new UserId(kick.Target);
        if (await conversations.FindAsync(kick.Id) is not { IsMas: true, IsGroup: true } conversation)
            return RemoveGroupCommand.NoGroup;
        var members = await conversations.GetMembersAsync(kick.Id);
        // After a crash the window may be all that is left of the membership.
        await windows.RemoveAsync(target, kick.Id, run);
        if (!members.ContainsKey(target))
        {
            if (!run.Redelivered)
                return KickCommand.NoMember;
            await memberships.EndAgainAsync(conversation, target, members.Count, run);
            return Ack.Ok;
        }
        if (members.Count > 1)
            await lines.PostAsync(kick.Id, kick, target, kick.Reason, run);
        if (conversation.Owner == target.Value)
            await writer.SetOwnerAsync(conversation.Id, null);
        await run.Delivery.FlushAsync();
        await memberships.EndAsync(conversation, target, members.Count, run);
        return Ack.Ok;
    }
}
