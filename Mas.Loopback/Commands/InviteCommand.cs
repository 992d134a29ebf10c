using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>INVITE: tells a user, by an alert that is kept until it is acknowledged, that they are welcome in a group.</summary>
internal static class InviteCommand
{
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
        // One open invitation is enough, whoever sends it again, a redelivery included.
        if ((await context.On.Alerts.GetAsync(target)).All(alert => alert.Message != text))
            await context.On.Outboxes.SendToUserAsync(target, Notifications.AddAlert(await context.On.Alerts.AddAsync(target, text), text));
        return Ack.Ok;
    }
}
