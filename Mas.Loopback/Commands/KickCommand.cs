using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>KICK: puts a member out of a group.</summary>
internal static class KickCommand
{
    private static readonly Ack NoMember = new(Status.NotFound, "There is no such member.");

    internal static async Task<Ack> RunAsync(KickMember kick, CommandContext context)
    {
        if (await context.FindOwnAsync(kick) is not var (conversation, role))
            return Ack.NoWindow;
        var target = new UserId(kick.Target);
        var members = await context.On.Conversations.GetMembersAsync(kick.Id);
        if (!conversation.IsGroup)
            return NoMember;
        if (!members.TryGetValue(target, out var targetRole))
        {
            if (!context.Redelivered)
                return NoMember;
            // After a crash the window may be all that is left of the membership.
            await context.On.Lifecycle.RemoveAsync(target, kick.Id, context.FencingToken, context.Delivery);
            await CloseCommand.EndAgainAsync(kick.Id, conversation, target, members.Count, context);
            return Ack.Ok;
        }
        if (!Roles.MayModerate(role) || targetRole == Roles.Owner)
            return new Ack(Status.NoPermission, targetRole == Roles.Owner ? "The owner can't be kicked." : "Only the owner and operators may kick.");
        if (target == kick.Origin.User)
            return new Ack(Status.Error, "To leave, close the window.");
        await context.On.Lifecycle.RemoveAsync(target, kick.Id, context.FencingToken, context.Delivery);
        var card = (await context.On.Cards.GetAsync([target]))[0];
        var nick = card.Nicks.GetValueOrDefault(Networks.Mas, card.Name);
        await context.PostLineAsync(kick.Id, kick, Category.Kick, kick.Reason.Length > 0 ? $"{nick}: {kick.Reason}" : nick);
        // Told before the membership ends, by which a repetition after a crash knows that there is something to do.
        await context.Delivery.FlushAsync();
        await CloseCommand.EndMembershipAsync(conversation, target, members.Count, context);
        return Ack.Ok;
    }
}
