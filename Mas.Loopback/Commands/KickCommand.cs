using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>KICK: removes a member from a group.</summary>
internal sealed class KickCommand(
    OwnConversations own, Conversations conversations, Memberships memberships, MemberWindows windows, KickLines lines) : Command<KickMember>
{
    internal static readonly Ack NoMember = new(Status.NotFound, "There is no such member.");

    protected override async Task<Ack?> RunAsync(KickMember kick, CommandRun run)
    {
        if (await own.FindAsync(kick) is not var (conversation, role))
            return Ack.NoWindow;
        var target = new UserId(kick.Target);
        var members = await conversations.GetMembersAsync(kick.Id);
        if (!conversation.IsGroup)
            return NoMember;
        if (!members.TryGetValue(target, out var targetRole))
        {
            if (!run.Redelivered)
                return NoMember;
            // After a crash the window may be all that is left of the membership.
            await windows.RemoveAsync(target, kick.Id, run);
            await memberships.EndAgainAsync(conversation, target, members.Count, run);
            return Ack.Ok;
        }
        if (targetRole == Roles.Owner)
            return new Ack(Status.NoPermission, "The owner can't be kicked.");
        if (!Roles.MayModerate(role))
            return new Ack(Status.NoPermission, "Only the owner and operators can kick members.");
        if (target == kick.Origin.User)
            return new Ack(Status.Error, "You can't kick yourself. To leave, close the window.");
        await windows.RemoveAsync(target, kick.Id, run);
        await lines.PostAsync(kick.Id, kick, target, kick.Reason, run);
        // Delivered before the membership ends, by which a repetition after a crash knows that there is something to do.
        await run.Delivery.FlushAsync();
        await memberships.EndAsync(conversation, target, members.Count, run);
        return Ack.Ok;
    }
}
