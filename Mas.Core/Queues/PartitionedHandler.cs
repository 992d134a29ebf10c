using System.Diagnostics;
using Mas.Core.Redis;
using Mas.Core.Telemetry;

namespace Mas.Core.Queues;

/// <summary>A message to handle.</summary>
/// <typeparam name="T">The backend's messages.</typeparam>
/// <param name="Redelivered">Whether it may have been handled before, at least in part.</param>
public sealed record Work<T>(T Message, bool Redelivered);

/// <summary>
/// Handles the batches of an inbox: different ordering keys (conversations) concurrently, one key in order, also across batches in
/// flight. An entry that can't be read, or fails three times, becomes a dead letter. An entry of another partition, such as one pushed
/// by an operator's script, is sent on.
/// </summary>
/// <typeparam name="T">The backend's messages.</typeparam>
public abstract class PartitionedHandler<T>(PartitionLease held, InboxProducer producer, DeadLetters deadLetters) : IInboxHandler where T : class
{
    private const int MaxAttempts = 3;

    /// <summary>The newest task of each key that may be in flight.</summary>
    private readonly Dictionary<string, Task> _begun = new(StringComparer.Ordinal);

    /// <summary>The last batch that was a barrier.</summary>
    private Task _barrier = Task.CompletedTask;

    /// <summary>The partition and its lease.</summary>
    protected PartitionLease Held => held;

    /// <inheritdoc/>
    public virtual Task StartAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Func<Task> Prepare(IReadOnlyList<InboxEntry> batch)
    {
        var byKey = new Dictionary<string, List<(Work<T> Work, byte[] Json)>>(StringComparer.Ordinal);
        var misrouted = new List<(string Route, byte[] Json)>();
        var unreadable = new List<(byte[] Json, string Error)>();
        var isBarrier = false;
        foreach (var entry in batch)
        {
            var (message, error) = Read(entry.Json);
            if (message is null)
            {
                unreadable.Add((entry.Json, error ?? "Not readable."));
                continue;
            }
            if (RouteOf(message) is var route && !held.Partition.Owns(route))
            {
                misrouted.Add((route, entry.Json));
                continue;
            }
            isBarrier |= IsBarrier(message);
            var key = OrderingKeyOf(message);
            if (!byKey.TryGetValue(key, out var works))
                byKey[key] = works = [];
            works.Add((new Work<T>(message, entry.Redelivered), entry.Json));
        }
        return async () =>
        {
            foreach (var (key, task) in _begun)
            {
                if (task.IsCompletedSuccessfully)
                    _begun.Remove(key);
            }
            var all = isBarrier ? Task.WhenAll(_begun.Values) : _barrier;
            List<Task> begun = [];
            foreach (var (key, works) in byKey)
                begun.Add(_begun[key] = HandleOrderedAsync(all, _begun.GetValueOrDefault(key), works));
            if (isBarrier)
                _barrier = Task.WhenAll(begun);
            // Whatever fails, the batch ends only when nothing of it is under way.
            begun.AddRange(misrouted.Select(one => ForwardAsync(one.Route, one.Json)));
            begun.AddRange(unreadable.Select(one => deadLetters.AddAsync(held.Partition.Endpoint, one.Json, one.Error)));
            await Task.WhenAll(begun);
        };
    }

    /// <summary>Parses an entry: a message, or the reason why it can't be read.</summary>
    protected abstract (T? Message, string? Error) Read(byte[] json);

    /// <summary>Messages with the same key are handled in order.</summary>
    protected abstract string OrderingKeyOf(T message);

    /// <summary>Determines the partition of a message. All messages of a key have the same partition.</summary>
    protected virtual string RouteOf(T message) => OrderingKeyOf(message);

    /// <summary>
    /// Whether a message is a barrier, because its conversation may have another key in other batches. Its batch begins after all
    /// earlier ones have ended, and ends before any later one begins.
    /// </summary>
    protected virtual bool IsBarrier(T message) => false;

    /// <summary>Whether a message may be handled together with the one before it.</summary>
    protected abstract bool Joins(T previous, T next);

    /// <summary>The message's <c>traceparent</c>; null when it is not traced.</summary>
    protected virtual string? TraceparentOf(T message) => null;

    /// <summary>Handles one message, or several that join (<see cref="Joins"/>).</summary>
    protected abstract Task HandleAsync(IReadOnlyList<Work<T>> run);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Answers the requester of a dead letter with a failure.</summary>
    protected abstract Task FailAsync(T message);

    // Marked as redelivered, because it is sent twice when this worker dies before it finishes the batch.
    private async Task ForwardAsync(string route, byte[] json)
    {
        if (!held.Lease.IsValid)
            throw new LeaseLostException($"The lease of {held.Partition.Name} is over.");
        await producer.SendAsync(held.Partition.Endpoint, route, InboxEntry.Marked(json));
    }

    /// <param name="all">What has to end first, whatever its key.</param>
    /// <param name="before">The key's previous task, if any.</param>
    /// <param name="works">The key's messages.</param>
    private async Task HandleOrderedAsync(Task all, Task? before, List<(Work<T> Work, byte[] Json)> works)
    {
        var claimedAt = DateTimeOffset.UtcNow;
        // When the key's previous task failed, this fails too, so that all are redelivered in order.
        await all;
        if (before is not null)
            await before;
        for (var i = 0; i < works.Count;)
        {
            var run = new List<Work<T>> { works[i].Work };
            while (i + run.Count < works.Count && Joins(run[^1].Message, works[i + run.Count].Work.Message))
                run.Add(works[i + run.Count].Work);
            held.Lost.ThrowIfCancellationRequested();
            using var activity = ContinueTrace(run, claimedAt);
            try
            {
                await HandleAsync(run);
            }
            catch (Exception e) when (IsOfTheEntry(e))
            {
                for (var k = i; k < i + run.Count; k++)
                    await HandleAloneAsync(works[k].Work.Message, works[k].Json, run.Count == 1 ? e : null);
            }
            i += run.Count;
        }
    }

    /// <summary>
    /// Continues the trace of the run's first traced message as the current activity, and links the traces of the others. The span
    /// begins when the batch was claimed; the wait for the run's turn is its first child.
    /// </summary>
    private Activity? ContinueTrace(List<Work<T>> run, DateTimeOffset claimedAt)
    {
        Activity? activity = null;
        foreach (var work in run)
        {
            if (TraceparentOf(work.Message) is not { } traceparent)
                continue;
            if (activity is null)
                activity = MasTracing.Continue($"process inbox:{held.Partition.Endpoint}", traceparent, claimedAt);
            else if (ActivityContext.TryParse(traceparent, traceState: null, isRemote: true, out var other))
                activity.AddLink(new ActivityLink(other));
        }
        if (activity is not null)
        {
            activity.SetTag("mas.inbox", held.Partition.Name);
            activity.SetTag("mas.run.size", run.Count);
            MasTracing.Source.StartActivity("wait for turn", ActivityKind.Internal, activity.Context, startTime: claimedAt)?.Dispose();
        }
        return activity;
    }

    private async Task HandleAloneAsync(T message, byte[] json, Exception? failure)
    {
        for (var attempt = failure is null ? 1 : 2; attempt <= MaxAttempts; attempt++)
        {
            held.Lost.ThrowIfCancellationRequested();
            try
            {
                await HandleAsync([new Work<T>(message, true)]);
                return;
            }
            catch (Exception e) when (IsOfTheEntry(e))
            {
                failure = e;
            }
        }
        await deadLetters.AddAsync(held.Partition.Endpoint, json, $"{failure!.GetType().Name}: {failure.Message}");
        await FailAsync(message);
    }

    /// <summary>Failures of Redis or the lease are not the entry's: they end the batch, which is then redelivered.</summary>
    private static bool IsOfTheEntry(Exception e) => e is not (LeaseLostException or OperationCanceledException) && !RedisErrors.IsAway(e);
}
