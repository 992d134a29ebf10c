using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;

namespace Mas.Loopback.Commands;

/// <summary>What commands read and call, the same for every lease.</summary>
internal sealed record LoopbackDependencies(
    RedisConnection Redis, Conversations Conversations, ConversationHistory History, WindowLifecycle Lifecycle, UserWindows Windows, Users Users,
    UserCards Cards, Alerts Alerts, Outboxes Outboxes, InboxProducer InboxProducer, HistoryOptions HistoryOptions, TimeProvider Time);

/// <summary>What one command works with: the dependencies, the lease's writer, and where it says what happened.</summary>
/// <param name="On">The dependencies.</param>
/// <param name="Writer">The writer of conversations.</param>
/// <param name="FencingToken">The lease, for what is written past the writer.</param>
/// <param name="Delivery">Collects notifications; flushed behind the command.</param>
/// <param name="Part">The inbox: only conversations of its own are changed.</param>
/// <param name="Redelivered">Whether the command may have been run before, wholly or in part.</param>
internal sealed record CommandContext(LoopbackDependencies On, ConversationWriter Writer, FencingToken FencingToken, Delivery Delivery, InboxPartition Part, bool Redelivered)
{
    /// <summary>
    /// Hands a request that named no conversation on to the worker whose conversation it turns out to be: one that was made
    /// while there was another number of inboxes.
    /// </summary>
    /// <returns>Null, since the other worker answers.</returns>
    internal async Task<Ack?> HandOnAsync(BackendMessage message)
    {
        var json = message.ToJson();
        await On.InboxProducer.SendAsync(Endpoints.Loopback, message.OrderingKey, Redelivered ? InboxEntry.Marked(json) : json);
        return null;
    }

    /// <summary>Posts a line that tells what a command did, once.</summary>
    internal async Task PostLineAsync(ConversationId id, BackendMessage cause, string cat, string body)
    {
        var result = await Writer.PostAsync(id, [new NewMessage(cause.Origin.User, cat, body, cause.Origin.Rid, Redelivered)]);
        Delivery.AddPosted(result.Messages[0]!.Value, result.Live, Redelivered);
    }

    /// <summary>Whether the history has the line that a command posts (<see cref="PostLineAsync"/>): it has run at least so far before.</summary>
    internal async Task<bool> HasPostedAsync(ConversationId id, BackendMessage cause) =>
        await On.History.FindByRidAsync(id, cause.Origin.User, cause.Origin.Rid) is not null;

    /// <summary>The conversation and the asking user's role, when the user is a member of it and has not detached.</summary>
    internal async Task<(Conversation Conversation, string Role)?> FindOwnAsync(ConversationMessage message)
    {
        var conversation = On.Conversations.FindAsync(message.Id);
        var role = On.Conversations.GetRoleAsync(message.Id, message.Origin.User);
        await Task.WhenAll(conversation, role);
        return conversation.Result is { IsMas: true } found && role.Result is { } member and not Roles.Detached ? (found, member) : null;
    }

    /// <summary>Success with the window that the request made.</summary>
    internal static Ack Opened(int windowId) => new(Status.Ok, Result: new WindowOpened(windowId));
}
