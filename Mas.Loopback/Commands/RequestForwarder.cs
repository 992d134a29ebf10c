using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Loopback.Commands;

/// <summary>
/// Forwards a request that named no conversation to the worker whose conversation it turns out to be: one that was made while
/// there was another number of partitions.
/// </summary>
internal sealed class RequestForwarder(InboxProducer producer)
{
    /// <returns>No answer: the other worker answers.</returns>
    internal async Task<Ack?> ForwardAsync(BackendMessage message, CommandRun run)
    {
        var json = message.ToJson();
        await producer.SendAsync(Endpoints.Loopback, message.OrderingKey, run.Redelivered ? InboxEntry.Marked(json) : json);
        return null;
    }
}
