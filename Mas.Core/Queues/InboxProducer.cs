using System.Collections.Concurrent;
using System.Diagnostics;
using Mas.Core.Redis;
using Mas.Core.Telemetry;

namespace Mas.Core.Queues;

/// <summary>Pushes entries to inboxes. Entries of one process with the same route arrive in order.</summary>
public sealed class InboxProducer(RedisConnection redis, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, InboxSender> _senders = new(StringComparer.Ordinal);

    /// <summary>Pushes an entry; it is in the inbox when this returns.</summary>
    /// <param name="endpoint">A name of <see cref="Endpoints"/>.</param>
    /// <param name="route">Determines the partition (<see cref="InboxPartition.IndexOf"/>).</param>
    /// <param name="json">An object with <c>type</c> and a unique <c>rid</c>.</param>
    /// <exception cref="InboxClosedException">The number of partitions has been changing for too long.</exception>
    public Task SendAsync(string endpoint, string route, byte[] json) => MasTracing.IsTraced
        ? SendTracedAsync(endpoint, route, json)
        : SenderTo(endpoint).SendAsync((route, json));

    /// <summary>
    /// Pushes entries in order. Those of one route arrive all together or not at all, so sending all of them again after a failure
    /// may repeat some, but reorders none.
    /// </summary>
    /// <param name="endpoint">A name of <see cref="Endpoints"/>.</param>
    /// <param name="entries">At most a thousand, because each partition gets its entries in one script.</param>
    /// <exception cref="InboxClosedException">The number of partitions has been changing for too long.</exception>
    public Task SendAsync(string endpoint, params ReadOnlySpan<(string Route, byte[] Json)> entries) => SenderTo(endpoint).SendAsync(entries);

    private async Task SendTracedAsync(string endpoint, string route, byte[] json)
    {
        using var step = MasTracing.StartStep($"send inbox:{endpoint}", ActivityKind.Producer);
        await SenderTo(endpoint).SendAsync((route, json));
    }

    private InboxSender SenderTo(string endpoint) =>
        _senders.GetOrAdd(endpoint, static (name, on) => new InboxSender(on.redis, name, on.time), (redis, time));
}

/// <summary>Nothing was sent, because the number of partitions is changing.</summary>
public sealed class InboxClosedException(string message) : TimeoutException(message);
