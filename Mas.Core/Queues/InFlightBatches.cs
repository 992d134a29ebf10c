using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mas.Core.Redis;
using Mas.Core.Telemetry;

namespace Mas.Core.Queues;

/// <summary>
/// The batches in flight under one lease. A claim is removed only after all earlier ones, so that a crash redelivers no entry after a
/// later one was finished.
/// </summary>
internal sealed class InFlightBatches(RedisConnection redis, IInboxHandler handler, string endpoint)
{
    /// <summary>Fewer leave processors idle, as a batch mostly waits for Redis. More only add redelivery after a crash.</summary>
    private const int Max = 4;

    private static readonly Histogram<int> Sizes =
        MasMeter.Meter.CreateHistogram("mas.inbox.batch.size", "{entry}", "Entries handled as one batch", advice: MasMeter.Entries);
    private static readonly Histogram<double> Seconds =
        MasMeter.Meter.CreateHistogram("mas.inbox.batch.duration", "s", "From claiming a batch to its end", advice: MasMeter.Seconds);

    private readonly Queue<Task> _batches = new();

    /// <summary>The newest batch; it ends when all have.</summary>
    internal Task Newest { get; private set; } = Task.CompletedTask;

    /// <param name="finish">Removes the claim.</param>
    internal Batch Prepare(Claim claim, Func<Claim, Task> finish) => new(claim, handler.Prepare(claim.Entries), finish);

    internal void Begin(Batch batch)
    {
        Newest = HandleAsync(batch, Newest);
        _batches.Enqueue(Newest);
    }

    /// <summary>Waits until another batch may begin. Fails if a batch failed.</summary>
    internal async Task WaitForRoomAsync()
    {
        while (_batches.TryPeek(out var oldest) && (oldest.IsCompleted || _batches.Count >= Max))
            await _batches.Dequeue();
    }

    /// <summary>Waits until all have ended, with success or not.</summary>
    internal Task WhenEndedAsync() => Task.WhenAny(Task.WhenAll(_batches));

    private async Task HandleAsync(Batch batch, Task before)
    {
        var begun = Stopwatch.GetTimestamp();
        var since = redis.WriteGeneration;
        await batch.HandleAsync();
        await redis.ConfirmWritesAsync(since);
        await before;
        await batch.FinishAsync(batch.Claim);
        Sizes.Record(batch.Claim.Entries.Count, new KeyValuePair<string, object?>("endpoint", endpoint));
        Seconds.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, new KeyValuePair<string, object?>("endpoint", endpoint));
    }
}

/// <summary>A claim whose entries are parsed.</summary>
internal sealed record Batch(Claim Claim, Func<Task> HandleAsync, Func<Claim, Task> FinishAsync);
