using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>UPDATE_ROLE: gives a member of a group another role. The owner's stays.</summary>
internal static class RoleCommand
{
    internal static async Task<Ack> RunAsync(SetRole change, CommandContext context)
    {
        if (await context.FindOwnAsync(change) is not var (conversation, role))
            return Ack.NoWindow;
        var target = new UserId(change.Target);
        if (!conversation.IsGroup || await context.On.Conversations.GetRoleAsync(change.Id, target) is not { } before)
            return new Ack(Status.NotFound, "There is no such member.");
        if (!Roles.MayModerate(role) || before == Roles.Owner)
            return new Ack(Status.NoPermission, before == Roles.Owner ? "The owner's role can't be changed." : "Only the owner and operators may change roles.");
        await context.Writer.SetMemberAsync(change.Id, target, change.Role);
        await context.Writer.TellMembersAsync(change.Id, new Dictionary<UserId, string> { [target] = change.Role }, context.Delivery);
        await context.Writer.TellRoleAsync(change.Id, target, change.Role, context.Delivery);
        return Ack.Ok;
    }
}
