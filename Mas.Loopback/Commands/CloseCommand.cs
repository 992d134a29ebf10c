using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;

namespace Mas.Loopback.Commands;

/// <summary>CLOSE: leaves a group, or detaches from an 1on1, whose history stays for when it is opened again.</summary>
internal static class CloseCommand
{
    internal static async Task<Ack> RunAsync(CloseWindow close, CommandContext context)
    {
        var user = close.Origin.User;
        var conversation = await context.On.Conversations.FindAsync(close.Id);
        var members = await context.On.Conversations.GetMembersAsync(close.Id);
        var role = members.GetValueOrDefault(user);
        if (conversation is not { IsMas: true } || role is null or Roles.Detached)
        {
            // After a crash the window may be all that is left of the membership.
            await context.On.Lifecycle.RemoveAsync(user, close.Id, context.FencingToken, context.Delivery);
            if (conversation is { IsMas: true, IsGroup: false })
                await DeleteDesertedAsync(conversation, members, context);
            if (!context.Redelivered)
                return Ack.NoWindow;
            await EndAgainAsync(close.Id, conversation, user, members.Count, context);
            return Ack.Ok;
        }
        await context.On.Lifecycle.RemoveAsync(user, close.Id, context.FencingToken, context.Delivery);
        if (conversation.IsGroup)
            await LeaveAsync(conversation, user, members.Count, close, context);
        else
            await DetachAsync(conversation, user, members, context);
        return Ack.Ok;
    }

    /// <summary>Ends a membership of a group; a group without members is gone.</summary>
    internal static async Task EndMembershipAsync(Conversation conversation, UserId user, int members, CommandContext context)
    {
        await context.Writer.RemoveMemberAsync(conversation.Id, user);
        if (members <= 1)
            await context.Writer.DeleteAsync(conversation, RedisKeys.GroupField(Networks.Mas, Networks.Fold(conversation.Name)));
        else
            await context.Writer.TellMembersGoneAsync(conversation.Id, [user], context.Delivery);
    }

    /// <summary>Does again what a crash may have kept from following the end of a membership.</summary>
    internal static async Task EndAgainAsync(ConversationId id, Conversation? conversation, UserId user, int members, CommandContext context)
    {
        if (conversation is { IsMas: true, IsGroup: true } && members == 0)
            await context.Writer.DeleteAsync(conversation, RedisKeys.GroupField(Networks.Mas, Networks.Fold(conversation.Name)));
        else if (conversation is { IsMas: true })
            await context.Writer.TellMembersGoneAsync(id, [user], context.Delivery);
    }

    private static async Task LeaveAsync(Conversation conversation, UserId user, int members, CloseWindow close, CommandContext context)
    {
        if (members > 1)
            await context.PostLineAsync(conversation.Id, close, Category.Part, "");
        // Who does this again after a crash finds a membership only before its end: by then the line has been told.
        await context.Delivery.FlushAsync();
        await EndMembershipAsync(conversation, user, members, context);
    }

    private static async Task DetachAsync(
        Conversation conversation, UserId user, IReadOnlyDictionary<UserId, string> members, CommandContext context)
    {
        await context.Writer.SetMemberAsync(conversation.Id, user, Roles.Detached);
        await context.Writer.TellMembersGoneAsync(conversation.Id, [user], context.Delivery);
        await DeleteDesertedAsync(conversation, members, context);
    }

    /// <summary>Between two closed accounts nobody is left who could open it again.</summary>
    private static async Task DeleteDesertedAsync(Conversation conversation, IReadOnlyDictionary<UserId, string> members, CommandContext context)
    {
        var closed = await Task.WhenAll(members.Keys.Select(context.On.Users.IsClosedAsync));
        if (closed.Length == 0 || closed.Contains(false))
            return;
        var pair = members.Keys.ToArray();
        await context.Writer.DeleteAsync(conversation, RedisKeys.OneOnOneField(Networks.Mas, pair[0], pair[^1]));
    }
}
