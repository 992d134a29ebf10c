using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mas.Core.Redis;
using Mas.Core.Telemetry;

namespace Mas.Core.Queues;

/// <summary>
/// The batches in flight under one lease. They begin and finish in their order: a claim is removed only when all before it are, so that after
/// a crash nothing is redelivered behind what came after it.
/// </summary>
internal sealed class InFlightBatches(RedisConnection redis, IInboxHandler handler, string endpoint)
{
    /// <summary>A batch waits for Redis most of its time, so fewer leave the processors idle; more only mean more redelivery after a crash.</summary>
    private const int Max = 4;

    private static readonly Histogram<int> Sizes =
        MasMeter.Meter.CreateHistogram("mas.inbox.batch.size", "{entry}", "Entries handled as one batch", advice: MasMeter.Entries);
    private static readonly Histogram<double> Seconds =
        MasMeter.Meter.CreateHistogram("mas.inbox.batch.duration", "s", "From claiming a batch to its end", advice: MasMeter.Seconds);

    private readonly Queue<Task> _batches = new();

    /// <summary>The batch that was begun last: done when all of them are.</summary>
    internal Task Newest { get; private set; } = Task.CompletedTask;

    /// <summary>Reads a claim's entries.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="finish">Removes it.</param>
    internal Batch Prepare(Claim claim, Func<Claim, Task> finish) => new(claim, handler.Prepare(claim.Entries), finish);

    /// <summary>Begins to handle a batch.</summary>
    internal void Begin(Batch batch)
    {
        Newest = HandleAsync(batch, Newest);
        _batches.Enqueue(Newest);
    }

    /// <summary>Waits until another batch may begin. Fails when a batch failed.</summary>
    internal async Task WaitForRoomAsync()
    {
        while (_batches.TryPeek(out var oldest) && (oldest.IsCompleted || _batches.Count >= Max))
            await _batches.Dequeue();
    }

    /// <summary>Waits until all have ended, however.</summary>
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

/// <summary>A claim whose entries are read.</summary>
internal sealed record Batch(Claim Claim, Func<Task> HandleAsync, Func<Claim, Task> FinishAsync);
