using Mas.Core.Model;
using Mas.Core.Queues;

namespace Mas.Core.Protocol;

/// <summary>A request that waits for its ACK.</summary>
/// <param name="Session">Who sent it.</param>
/// <param name="ReqId">Its <c>reqId</c>, as the JSON that it was.</param>
public readonly record struct PendingAck(SessionRef Session, string ReqId);

/// <summary>Adds to a delivery the answers to requests, and what was posted.</summary>
public static class PostDelivery
{
    /// <summary>Adds the answer to a request, if anybody waits for it.</summary>
    public static void AddAck(this Delivery delivery, Origin origin, Ack ack)
    {
        if (origin.PendingAck is { } waiting)
            delivery.Add(waiting.Session, ack.ToJson(waiting.ReqId));
    }

    /// <summary>Adds the answer to a SEND.</summary>
    public static void AddSent(this Delivery delivery, PendingAck sender, ChatMessage message) =>
        delivery.Add(sender.Session, Ack.Sent(sender.ReqId, message.Gid, message.Ts));

    /// <summary>Adds what the live sessions are told of messages that nobody was refused.</summary>
    /// <param name="delivery">Collects it.</param>
    /// <param name="result">What came of the post.</param>
    /// <param name="redelivered">As for the other overload.</param>
    public static void AddPosted(this Delivery delivery, PostResult result, bool redelivered = false)
    {
        foreach (var posted in result.Messages)
        {
            if (posted is { } message)
                delivery.AddPosted(message, result.Live, redelivered);
        }
    }

    /// <summary>Adds what the live sessions are told of a message.</summary>
    /// <param name="delivery">Collects it.</param>
    /// <param name="posted">The message.</param>
    /// <param name="live">The sessions that are live behind the post.</param>
    /// <param name="redelivered">Whether the sessions may not have been told of a message that an earlier attempt had posted.</param>
    /// <param name="sender">Whose session gets an ACK in place of the message; null when all sessions get the message.</param>
    public static void AddPosted(
        this Delivery delivery, PostedMessage posted, IReadOnlyList<LiveSession> live, bool redelivered = false, PendingAck? sender = null)
    {
        var message = posted.Message;
        var (lastWindowId, entry) = (-1, (byte[]?)null);
        var isAnswered = sender is null;
        foreach (var (session, windowId) in posted.IsNew || redelivered ? live : [])
        {
            if (session == sender?.Session)
            {
                AddSent(delivery, sender.Value, message);
                isAnswered = true;
                continue;
            }
            // Members of one group often have the same windowId: then the bytes are shared.
            if (windowId != lastWindowId || entry is null)
                (lastWindowId, entry) = (windowId, Notifications.AddMessage(windowId, posted.Stored.Json));
            delivery.Mention(session, message.UserId);
            delivery.Add(session, entry);
        }
        if (!isAnswered)
            AddSent(delivery, sender!.Value, message);
    }
}
