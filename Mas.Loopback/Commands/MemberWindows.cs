using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Loopback.Commands;

/// <summary>Opens and removes members' windows under this worker's lease.</summary>
internal sealed class MemberWindows(WindowLifecycle lifecycle, Users users, UserWindows windows, FencingToken fence)
{
    /// <summary>Gives the user a window, unless there is one, and tells the user's sessions.</summary>
    /// <returns>The windowId.</returns>
    internal Task<int> OpenAsync(UserId user, Conversation conversation, CommandRun run) => lifecycle.OpenAsync(user, conversation, fence, run.Delivery);

    /// <summary>The same as an answer to the request that opened the window.</summary>
    internal async Task<Ack?> AnswerOpenedAsync(UserId user, Conversation conversation, CommandRun run) => Opened(await OpenAsync(user, conversation, run));

    /// <summary>Success with the window that a request opened.</summary>
    internal static Ack Opened(int windowId) => new(Status.Ok, Result: new WindowOpened(windowId));

    /// <summary>Removes the user's window of a conversation. What the delivery holds is sent when this returns.</summary>
    internal Task RemoveAsync(UserId user, ConversationId id, CommandRun run) => lifecycle.RemoveAsync(user, id, fence, run.Delivery);

    /// <summary>Refuses one more window when the user has as many as allowed (<c>maxwindows</c>).</summary>
    internal async Task<Ack?> RefuseOneMoreAsync(UserId user, CommandRun run)
    {
        var max = users.GetMaxWindowsAsync(user);
        var count = windows.CountAsync(user);
        await Task.WhenAll(max, count);
        return count.Result >= max.Result && !run.Redelivered
            ? new Ack(Status.Error, $"You have reached the limit of {max.Result} windows. Close one first.")
            : null;
    }
}
