using System.Collections.Concurrent;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>Names of the backends' endpoints; <c>inbox:&lt;endpoint&gt;</c> is where one receives.</summary>
public static class Endpoints
{
    /// <summary>MAS's own conversations.</summary>
    public const string Loopback = "loopbackparser";

    /// <summary>The IRC protocol's logic.</summary>
    public const string IrcParser = "ircparser";

    /// <summary>The IRC connections.</summary>
    public const string ConnectionManager = "connectionmanager";

    /// <summary>All of them.</summary>
    public static readonly string[] All = [Loopback, IrcParser, ConnectionManager];
}

/// <summary>Sends to inboxes.</summary>
public sealed class Courier(RedisConnection redis)
{
    /// <summary>The most entries of one LPUSH, so that none holds Redis up for long.</summary>
    private const int MostAtOnce = 1000;

    // A busy server sends thousands of entries a second: those that come while a push is under way share the next one.
    private readonly ConcurrentDictionary<string, Coalescer<List<RedisValue>>> _pushes = new(StringComparer.Ordinal);

    /// <summary>Puts an entry into an inbox; it is safe there when this returns.</summary>
    /// <param name="endpoint">A name of <see cref="Endpoints"/>.</param>
    /// <param name="json">An object with <c>type</c> and a unique <c>rid</c>.</param>
    public Task SendAsync(string endpoint, byte[] json) =>
        _pushes.GetOrAdd(endpoint, name => new(() => [], entries => PushAsync(name, entries))).JoinAsync(entries => entries.Add(json));

    private Task<long[]> PushAsync(string endpoint, List<RedisValue> entries) => Task.WhenAll(entries.Chunk(MostAtOnce)
        .Select(chunk => redis.Database.ListLeftPushAsync(RedisKeys.Inbox(endpoint), chunk)));
}

/// <summary>An entry that was taken from an inbox.</summary>
/// <param name="Json">As it was sent.</param>
/// <param name="Redelivered">Whether an earlier holder may have handled it, wholly or in part.</param>
public sealed record InboxEntry(byte[] Json, bool Redelivered);

/// <summary>What a worker does with its inbox.</summary>
public interface IInboxHandler
{
    /// <summary>Called once for each lease, before anything is handled.</summary>
    Task BeginAsync(Lease lease, CancellationToken stopping);

    /// <summary>
    /// Handles a batch; what belongs together in order, what does not side by side. When it returns, every entry is done or
    /// has been put away; when it throws, all of them come again, redelivered.
    /// </summary>
    Task HandleAsync(IReadOnlyList<InboxEntry> batch, CancellationToken stopping);
}
