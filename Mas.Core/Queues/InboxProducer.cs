using System.Collections.Concurrent;
using System.Diagnostics;
using Mas.Core.Redis;
using Mas.Core.Telemetry;

namespace Mas.Core.Queues;

/// <summary>Sends to inboxes. What one process sends with the same route arrives in the order in which it was sent.</summary>
public sealed class InboxProducer(RedisConnection redis, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, InboxSender> _senders = new(StringComparer.Ordinal);

    /// <summary>Puts an entry into an inbox; it is safe there when this returns.</summary>
    /// <param name="endpoint">A name of <see cref="Endpoints"/>.</param>
    /// <param name="route">Which of the endpoint's inboxes it belongs to (<see cref="InboxPartition.IndexOf"/>).</param>
    /// <param name="json">An object with <c>type</c> and a unique <c>rid</c>.</param>
    /// <exception cref="InboxClosedException">The number of inboxes has been changing for too long.</exception>
    public Task SendAsync(string endpoint, string route, byte[] json) => MasTracing.IsTraced
        ? SendTracedAsync(endpoint, route, json)
        : SenderTo(endpoint).SendAsync((route, json));

    /// <summary>
    /// Puts entries into an endpoint's inboxes, in their order. Those of one route arrive all together or not at all: so when
    /// this fails, sending all of them again repeats some, and reorders none.
    /// </summary>
    /// <param name="endpoint">A name of <see cref="Endpoints"/>.</param>
    /// <param name="entries">With their routes; a thousand at most, since each inbox gets its own in one script.</param>
    /// <exception cref="InboxClosedException">The number of inboxes has been changing for too long.</exception>
    public Task SendAsync(string endpoint, params ReadOnlySpan<(string Route, byte[] Json)> entries) => SenderTo(endpoint).SendAsync(entries);

    private async Task SendTracedAsync(string endpoint, string route, byte[] json)
    {
        using var step = MasTracing.StartStep($"send inbox:{endpoint}", ActivityKind.Producer);
        await SenderTo(endpoint).SendAsync((route, json));
    }

    private InboxSender SenderTo(string endpoint) =>
        _senders.GetOrAdd(endpoint, static (name, on) => new InboxSender(on.redis, name, on.time), (redis, time));
}

/// <summary>An inbox took nothing, since the number of inboxes is changing; nothing was sent.</summary>
public sealed class InboxClosedException(string message) : TimeoutException(message);
