using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;

namespace Mas.Loopback.Commands;

/// <summary>What operators do to groups. Every step may be repeated, so a redelivered one ends as the first would have.</summary>
internal static class AdminGroupCommands
{
    private static readonly Ack NoGroup = new(Status.NotFound, "There is no such group.");
    private static readonly Ack NoMember = new(Status.NotFound, "There is no such member.");

    /// <summary>Windows first, so that nobody looks at a conversation that is gone; a crash in between leaves members for the next attempt.</summary>
    internal static async Task<Ack> RemoveAsync(RemoveGroup remove, CommandContext context)
    {
        var conversation = await context.On.Conversations.FindAsync(remove.Id);
        var members = await context.On.Conversations.GetMembersAsync(remove.Id);
        if (conversation is null && members.Count == 0)
            return NoGroup;
        if (conversation is { IsMas: false } || (conversation is { IsGroup: false } && members.Count > 0))
            return NoGroup;
        foreach (var member in members.Keys)
            await context.On.Lifecycle.RemoveAsync(member, remove.Id, context.FencingToken, context.Delivery);
        conversation ??= new Conversation(remove.Id, Conversation.Group, Networks.Mas, "", "", "", "", 0);
        await context.Writer.DeleteAsync(conversation, RedisKeys.GroupField(Networks.Mas, Networks.Fold(conversation.Name)));
        return Ack.Ok;
    }

    internal static async Task<Ack> SetOwnerAsync(SetOwner change, CommandContext context)
    {
        var target = new UserId(change.Target);
        if (await context.On.Conversations.FindAsync(change.Id) is not { IsMas: true, IsGroup: true } conversation)
            return NoGroup;
        var members = await context.On.Conversations.GetMembersAsync(change.Id);
        if (!members.ContainsKey(target))
            return NoMember;
        var roles = new Dictionary<UserId, string> { [target] = Roles.Owner };
        foreach (var (member, role) in members)
        {
            if (role == Roles.Owner && member != target)
                roles[member] = Roles.Operator;
        }
        await context.Writer.SetOwnerAsync(conversation.Id, target);
        foreach (var (member, role) in roles)
            await context.Writer.SetMemberAsync(change.Id, member, role);
        await context.Writer.TellMembersAsync(change.Id, roles, context.Delivery);
        foreach (var (member, role) in roles)
            await context.Writer.TellRoleAsync(change.Id, member, role, context.Delivery);
        return Ack.Ok;
    }

    internal static async Task<Ack> RemoveMemberAsync(RemoveMember kick, CommandContext context)
    {
        var target = new UserId(kick.Target);
        if (await context.On.Conversations.FindAsync(kick.Id) is not { IsMas: true, IsGroup: true } conversation)
            return NoGroup;
        var members = await context.On.Conversations.GetMembersAsync(kick.Id);
        await context.On.Lifecycle.RemoveAsync(target, kick.Id, context.FencingToken, context.Delivery);
        if (!members.ContainsKey(target))
        {
            if (!context.Redelivered)
                return NoMember;
            await CloseCommand.EndAgainAsync(kick.Id, conversation, target, members.Count, context);
            return Ack.Ok;
        }
        if (members.Count > 1)
        {
            var card = (await context.On.Cards.GetAsync([target]))[0];
            var nick = card.Nicks.GetValueOrDefault(Networks.Mas, card.Name);
            await context.PostLineAsync(kick.Id, kick, Category.Kick, kick.Reason.Length > 0 ? $"{nick}: {kick.Reason}" : nick);
        }
        if (conversation.Owner == target.Value)
            await context.Writer.SetOwnerAsync(conversation.Id, null);
        await context.Delivery.FlushAsync();
        await CloseCommand.EndMembershipAsync(conversation, target, members.Count, context);
        return Ack.Ok;
    }

    internal static async Task<Ack> OpenWindowAsync(OpenMissingWindow open, CommandContext context)
    {
        var target = new UserId(open.Target);
        if (await context.On.Conversations.FindAsync(open.Id) is not { IsMas: true } conversation)
            return NoGroup;
        if (await context.On.Conversations.GetRoleAsync(open.Id, target) is null or Roles.Detached || !await context.On.Users.IsInUseAsync(target))
            return NoMember;
        if (await context.On.Windows.FindWindowIdAsync(target, open.Id) is { } windowId && await context.On.Windows.FindAsync(target, windowId) is not null)
            return CommandContext.Opened(windowId);
        return CommandContext.Opened(await context.On.Lifecycle.OpenAsync(target, conversation, context.FencingToken, context.Delivery));
    }
}
