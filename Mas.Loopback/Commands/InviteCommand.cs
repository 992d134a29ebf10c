using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Loopback.Commands;

/// <summary>INVITE: tells a user, by an alert that is kept until it is acknowledged, that they are welcome in a group.</summary>
internal sealed class InviteCommand(
    OwnConversations own, Conversations conversations, Users users, UserCards cards, Alerts alerts, Outboxes outboxes, FencingToken fence) : Command<InviteUser>
{
    /// <summary>Anybody may invite anybody: what is kept for somebody who does not look is bounded.</summary>
    private const int MaxAlerts = 100;

    protected override async Task<Ack?> RunAsync(InviteUser invite, CommandRun run)
    {
        if (await own.FindAsync(invite) is not var (conversation, _))
            return Ack.NoWindow;
        var target = new UserId(invite.Target);
        if (!conversation.IsGroup || !await users.IsInUseAsync(target))
            return new Ack(Status.NotFound, "There is no such user or group.");
        if (await conversations.GetRoleAsync(invite.Id, target) is not null)
            return new Ack(Status.AlreadyJoined, "This user is already a member.");
        var card = (await cards.GetAsync([invite.Origin.User]))[0];
        var text = $"{card.Nicks.GetValueOrDefault(Networks.Mas, card.Name)} invites you to the group {conversation.Name}. To join it, type: /join {conversation.Name}";
        // One open invitation is enough, whoever sends it again; after a crash it may be stored and not delivered.
        var open = await alerts.GetAsync(target);
        if (open.FindIndex(alert => alert.Message == text) is >= 0 and var index)
        {
            if (run.Redelivered)
                await outboxes.SendToUserAsync(target, Notifications.AddAlert(open[index].Id, text), fence: fence);
            return Ack.Ok;
        }
        if (open.Count >= MaxAlerts)
            return new Ack(Status.Error, "This user has too many open invitations. Try again later.");
        await outboxes.SendToUserAsync(target, Notifications.AddAlert(await alerts.AddAsync(target, text), text), fence: fence);
        return Ack.Ok;
    }
}
