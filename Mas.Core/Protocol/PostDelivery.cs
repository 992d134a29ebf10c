using Mas.Core.Model;
using Mas.Core.Queues;

namespace Mas.Core.Protocol;

/// <summary>A request that waits for its ACK.</summary>
/// <param name="Session">Who sent it.</param>
/// <param name="ReqId">Its <c>reqId</c>, as the JSON that it was.</param>
public readonly record struct PendingAck(SessionRef Session, string ReqId);

/// <summary>Tells of what was posted.</summary>
public static class PostDelivery
{
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
                // Among the notifications, since what follows the ACK must not come before it.
                AddAck(delivery, sender.Value, message);
                isAnswered = true;
                continue;
            }
            // Members of one group often have the same windowId: then the bytes are shared.
            if (windowId != lastWindowId || entry is null)
                (lastWindowId, entry) = (windowId, ChatMessage.AddMessage(windowId, posted.Stored.Json));
            delivery.Mention(session, message.UserId);
            delivery.Add(session, entry);
        }
        if (!isAnswered)
            AddAck(delivery, sender!.Value, message);
    }

    /// <summary>Adds the ACK of a SEND.</summary>
    public static void AddAck(this Delivery delivery, PendingAck sender, ChatMessage message) =>
        delivery.Add(sender.Session, Ack.Sent(sender.ReqId, message.Gid, message.Ts));
}
