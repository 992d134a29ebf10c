using System.Diagnostics;
using Mas.Core.Redis;
using Mas.Core.Telemetry;

namespace Mas.Core.Queues;

/// <summary>An entry with what it means.</summary>
/// <typeparam name="T">The backend's messages.</typeparam>
/// <param name="Message">What it means.</param>
/// <param name="Redelivered">Whether it may have been handled before, wholly or in part.</param>
public sealed record Work<T>(T Message, bool Redelivered);

/// <summary>
/// Handles the batches of an inbox: entries with different ordering keys (conversations) concurrently, those with one key in order, also
/// when other batches begin before one is done.
/// An entry that can't be read, or that fails three times, is put away and does not stop the others. One that belongs to
/// another of the endpoint's inboxes, put in by a script that knows nothing of them, is handed on.
/// </summary>
/// <typeparam name="T">The backend's messages.</typeparam>
public abstract class PartitionedHandler<T>(PartitionLease held, InboxProducer producer, DeadLetters deadLetters) : IInboxHandler where T : class
{
    private const int MaxAttempts = 3;

    /// <summary>The last that was begun of each key that may be under way.</summary>
    private readonly Dictionary<string, Task> _begun = new(StringComparer.Ordinal);

    /// <summary>The last batch that stood alone.</summary>
    private Task _alone = Task.CompletedTask;

    /// <summary>The partition that is handled, and its lease.</summary>
    protected PartitionLease Held => held;

    /// <inheritdoc/>
    public virtual Task StartAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public Func<Task> Prepare(IReadOnlyList<InboxEntry> batch)
    {
        var byKey = new Dictionary<string, List<(Work<T> Work, byte[] Json)>>(StringComparer.Ordinal);
        var strays = new List<(string Route, byte[] Json)>();
        var unreadable = new List<(byte[] Json, string Error)>();
        var alone = false;
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
                strays.Add((route, entry.Json));
                continue;
            }
            alone |= StandsAlone(message);
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
            var all = alone ? Task.WhenAll(_begun.Values) : _alone;
            List<Task> begun = [];
            foreach (var (key, works) in byKey)
                begun.Add(_begun[key] = HandleOrderedAsync(all, _begun.GetValueOrDefault(key), works));
            if (alone)
                _alone = Task.WhenAll(begun);
            begun.AddRange(strays.Select(stray => HandOnAsync(stray.Route, stray.Json)));
            foreach (var (json, error) in unreadable)
                await deadLetters.AddAsync(held.Partition.Endpoint, json, error);
            await Task.WhenAll(begun);
        };
    }

    /// <summary>Reads an entry.</summary>
    /// <returns>What it means, or why it can't be read.</returns>
    protected abstract (T? Message, string? Error) Read(byte[] json);

    /// <summary>What has to stay in order with this message: all that has the same name.</summary>
    protected abstract string OrderingKeyOf(T message);

    /// <summary>What decides to which of the endpoint's inboxes a message belongs; all entries of a key belong to one.</summary>
    protected virtual string RouteOf(T message) => OrderingKeyOf(message);

    /// <summary>
    /// Whether a message of another batch may be of the same key under another name: then what comes before its batch ends
    /// before it begins, and it ends before anything behind it begins.
    /// </summary>
    protected virtual bool StandsAlone(T message) => false;

    /// <summary>Whether a message may be handled in one go with those before it.</summary>
    protected abstract bool Joins(T previous, T next);

    /// <summary>The <c>traceparent</c> that came with a message; null when it is not traced.</summary>
    protected virtual string? TraceparentOf(T message) => null;

    /// <summary>Handles one message, or several that join.</summary>
    protected abstract Task HandleAsync(IReadOnlyList<Work<T>> run);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Tells whoever waits for an answer that there will be none but this.</summary>
    protected abstract Task FailAsync(T message);

    // Marked as redelivered, since it is handed on again when this worker dies before it has noted that it did.
    private Task HandOnAsync(string route, byte[] json) => held.Lease.IsValid
        ? producer.SendAsync(held.Partition.Endpoint, route, InboxEntry.Marked(json))
        : throw new LeaseLostException($"The lease of {held.Partition.Name} is over.");

    /// <param name="all">What has to end first, whatever its key.</param>
    /// <param name="before">What was begun before in this key.</param>
    /// <param name="works">What is to be done.</param>
    private async Task HandleOrderedAsync(Task all, Task? before, List<(Work<T> Work, byte[] Json)> works)
    {
        var claimedAt = DateTimeOffset.UtcNow;
        // When what came before in this key has failed, this fails too, and all of it comes again in its order.
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
    /// Goes on with the trace of the first message of a run that is traced, as the current activity; those of others are linked to it. It
    /// begins when the batch was claimed, with the wait for the run's turn as its first step.
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

    /// <summary>Not Redis's or the lease's fault: those end the batch, which then comes again as a whole.</summary>
    private static bool IsOfTheEntry(Exception e) => e is not (LeaseLostException or OperationCanceledException) && !RedisErrors.IsAway(e);
}
