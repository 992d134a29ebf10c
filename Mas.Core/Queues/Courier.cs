using System.Collections.Concurrent;
using Mas.Core.Redis;

namespace Mas.Core.Queues;

/// <summary>Sends to inboxes. What one process sends with the same route arrives in the order in which it was sent.</summary>
public sealed class Courier(RedisConnection redis, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, InboxSender> _senders = new(StringComparer.Ordinal);

    /// <summary>Puts an entry into an inbox; it is safe there when this returns.</summary>
    /// <param name="endpoint">A name of <see cref="Endpoints"/>.</param>
    /// <param name="route">Which of the endpoint's inboxes it belongs to (<see cref="InboxPart.IndexOf"/>).</param>
    /// <param name="json">An object with <c>type</c> and a unique <c>rid</c>.</param>
    /// <exception cref="InboxClosedException">The number of inboxes has been changing for too long.</exception>
    public Task SendAsync(string endpoint, string route, byte[] json) =>
        _senders.GetOrAdd(endpoint, static (name, on) => new InboxSender(on.redis, name, on.time), (redis, time)).SendAsync(route, json);
}

/// <summary>An inbox took nothing, since the number of inboxes is changing; nothing was sent.</summary>
public sealed class InboxClosedException(string message) : Exception(message);
