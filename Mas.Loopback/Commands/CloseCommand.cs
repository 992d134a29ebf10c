using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;

namespace Mas.Loopback.Commands;

/// <summary>CLOSE: leaves a group, or detaches from a one-on-one, whose history stays for when it is opened again.</summary>
internal sealed class CloseCommand(
    Conversations conversations, Users users, ConversationWriter writer, ConversationNotifier notifier, MemberWindows windows, Memberships memberships,
    EventLines lines) : Command<CloseWindow>
{
    protected override async Task<Ack?> RunAsync(CloseWindow close, CommandRun run)
    {
        var user = close.Origin.User;
        var conversation = await conversations.FindAsync(close.Id);
        var members = await conversations.GetMembersAsync(close.Id);
        var isAttached = members.GetValueOrDefault(user) is not (null or Roles.Detached);
        // After a crash the window may be all that is left of the membership.
        await windows.RemoveAsync(user, close.Id, run);
        if (conversation is not { IsMas: true } || !isAttached)
        {
            if (conversation is { IsMas: true, IsGroup: false })
                await DeleteDesertedAsync(conversation, members);
            if (!run.Redelivered)
                return Ack.NoWindow;
            await memberships.EndAgainAsync(conversation, user, members.Count, run);
            return Ack.Ok;
        }
        if (conversation.IsGroup)
            await LeaveAsync(conversation, members.Count, close, run);
        else
            await DetachAsync(conversation, user, members, run);
        return Ack.Ok;
    }

    private async Task LeaveAsync(Conversation conversation, int members, CloseWindow close, CommandRun run)
    {
        if (members > 1)
            await lines.PostAsync(conversation.Id, close, Category.Part, "", run);
        // A repetition after a crash finds the membership until its end: by then the line has been delivered.
        await run.Delivery.FlushAsync();
        await memberships.EndAsync(conversation, close.Origin.User, members, run);
    }

    private async Task DetachAsync(Conversation conversation, UserId user, IReadOnlyDictionary<UserId, string> members, CommandRun run)
    {
        await writer.SetMemberAsync(conversation.Id, user, Roles.Detached);
        await notifier.MembersLeftAsync(conversation.Id, [user], run.Delivery);
        await DeleteDesertedAsync(conversation, members);
    }

    /// <summary>Between two closed accounts nobody is left who could open it again.</summary>
    private async Task DeleteDesertedAsync(Conversation conversation, IReadOnlyDictionary<UserId, string> members)
    {
        var closed = await Task.WhenAll(members.Keys.Select(users.IsClosedAsync));
        if (closed.Length == 0 || closed.Contains(false))
            return;
        var pair = members.Keys.ToArray();
        await writer.DeleteAsync(conversation, RedisKeys.OneOnOneField(Networks.Mas, pair[0], pair[^1]));
    }
}
