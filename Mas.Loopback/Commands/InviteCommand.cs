using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>INVITE: tells a user, by an alert that is kept until it is acknowledged, that they are welcome in a group.</summary>
internal static class InviteCommand
{
    /// <summary>Anybody may invite anybody: what is kept for somebody who does not look is bounded.</summary>
    private const int MaxAlerts = 100;

    internal static async Task<Ack> RunAsync(InviteUser invite, CommandContext context)
    {
        if (await context.FindOwnAsync(invite) is not var (conversation, _))
            return Ack.NoWindow;
        var target = new UserId(invite.Target);
        if (!conversation.IsGroup || !await context.On.Users.IsInUseAsync(target))
            return new Ack(Status.NotFound, "There is no such user or group.");
        if (await context.On.Conversations.GetRoleAsync(invite.Id, target) is not null)
            return new Ack(Status.AlreadyJoined, "The user is a member already.");
        var card = (await context.On.Cards.GetAsync([invite.Origin.User]))[0];
        var text = $"{card.Nicks.GetValueOrDefault(Networks.Mas, card.Name)} invites you to the group {conversation.Name}. To join it, type: /join {conversation.Name}";
        // One open invitation is enough, whoever sends it again; after a crash it may be there and not be told yet.
        var alerts = await context.On.Alerts.GetAsync(target);
        var open = alerts.FindAll(alert => alert.Message == text);
        if (open.Count > 0 && context.Redelivered)
            await context.On.Outboxes.SendToUserAsync(target, Notifications.AddAlert(open[0].Id, text), fence: context.FencingToken);
        if (open.Count == 0 && alerts.Count >= MaxAlerts)
            return new Ack(Status.Error, "The user has as many open invitations as allowed.");
        if (open.Count == 0)
            await context.On.Outboxes.SendToUserAsync(target, Notifications.AddAlert(await context.On.Alerts.AddAsync(target, text), text), fence: context.FencingToken);
        return Ack.Ok;
    }
}
