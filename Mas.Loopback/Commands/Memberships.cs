using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;

namespace Mas.Loopback.Commands;

/// <summary>Begins and ends memberships of groups, and says so to the live sessions.</summary>
internal sealed class Memberships(ConversationWriter writer, ConversationNotifier notifier)
{
    /// <summary>Gives members their roles.</summary>
    internal async Task SetAsync(ConversationId id, IReadOnlyDictionary<UserId, string> roles, CommandRun run)
    {
        foreach (var (member, role) in roles)
            await writer.SetMemberAsync(id, member, role);
        await notifier.MembersChangedAsync(id, roles, run.Delivery);
    }

    /// <summary>Ends a membership; a group without members is removed.</summary>
    /// <param name="conversation">The group.</param>
    /// <param name="user">Who leaves.</param>
    /// <param name="members">How many members there are, this one included.</param>
    /// <param name="run">The command's run.</param>
    internal async Task EndAsync(Conversation conversation, UserId user, int members, CommandRun run)
    {
        await writer.RemoveMemberAsync(conversation.Id, user);
        if (members <= 1)
            await RemoveGroupAsync(conversation);
        else
            await notifier.MembersLeftAsync(conversation.Id, [user], run.Delivery);
    }

    /// <summary>Repeats what a crash may have kept from following the end of a membership.</summary>
    /// <param name="conversation">The conversation, if it is still there.</param>
    /// <param name="user">Who has left.</param>
    /// <param name="members">How many members there are.</param>
    /// <param name="run">The command's run.</param>
    internal async Task EndAgainAsync(Conversation? conversation, UserId user, int members, CommandRun run)
    {
        if (conversation is { IsMas: true, IsGroup: true } && members == 0)
            await RemoveGroupAsync(conversation);
        else if (conversation is { IsMas: true })
            await notifier.MembersLeftAsync(conversation.Id, [user], run.Delivery);
    }

    /// <summary>Removes a group that has no members.</summary>
    internal Task RemoveGroupAsync(Conversation conversation) =>
        writer.DeleteAsync(conversation, RedisKeys.GroupField(Networks.Mas, Networks.Fold(conversation.Name)));
}
