using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mas.Core.Hosting;
using Mas.Core.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Consumes one inbox under its lease. Entries are moved to this worker's taken list, handled as a batch, and only then
/// removed from there; a new holder handles first what any holder left taken.
/// </summary>
internal sealed partial class InboxConsumer(
    RedisConnection redis, string name, string worker, IInboxHandler handler, WorkerOptions options, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private static readonly Histogram<int> BatchSizes =
        MasMeter.Meter.CreateHistogram<int>("mas_inbox_batch", description: "Entries handled as one batch");
    private static readonly Histogram<double> BatchSeconds =
        MasMeter.Meter.CreateHistogram<double>("mas_inbox_batch", "s", "How long a batch took");

    /// <summary>How long one blocking wait for an entry lasts: well below a lease, so that Redis gives none to a holder whose lease is over.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Batches in hand at once. Each waits for Redis most of its time, so fewer leave the processors idle; more would come
    /// again after a crash, and brought nothing.
    /// </summary>
    private const int MostInHand = 4;

    /// <summary>The score of a taker whose connection a later holder has ended.</summary>
    private const long IsCutOff = 0;

    private static readonly TimeSpan TakersAreKeptFor = TimeSpan.FromHours(1);

    /// <summary>How long before the consumer stood still a connection may have been lost that was the reason, ms: longer than any batch takes that was in hand then.</summary>
    private const long LossCountsFor = 60_000;

    private readonly MasterDatabase _database = redis.Database;
    private readonly GrowingPause _pause = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));
    private RedisConnection? _blocking;
    private Task _running = Task.CompletedTask;
    private volatile bool _isLeaving;

    /// <summary>When it last took, or began, as <see cref="Environment.TickCount64"/>.</summary>
    private long _movedAt;

    /// <summary>Whether it consumes now.</summary>
    internal bool IsRunning => !_running.IsCompleted;

    /// <summary>Consumes until the lease is lost, something fails or it is to leave, then gives the lease up.</summary>
    /// <param name="lease">The inbox's lease.</param>
    /// <param name="part">Which inbox it is.</param>
    /// <param name="stopping">The process stops.</param>
    internal void Start(Lease lease, InboxPart part, CancellationToken stopping)
    {
        _isLeaving = false;
        _running = Task.Run(() => RunAsync(lease, part, stopping), CancellationToken.None);
    }

    /// <summary>Another one is to consume it: the batch in hand is finished, and no more is taken.</summary>
    internal void Leave() => _isLeaving = true;

    /// <summary>Waits until it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _running;
        if (_blocking is not null)
            await _blocking.DisposeAsync();
    }

    private async Task RunAsync(Lease lease, InboxPart part, CancellationToken stopping)
    {
        LogActive(logger, name, lease.Epoch);
        Moved();
        var failed = false;
        await using (var held = new LeaseKeeper(lease, redis.Timeout, time, logger, stopping))
        {
            try
            {
                var consuming = ConsumeAsync(held, part);
                if (await Task.WhenAny(consuming, OverlongAsync(held.Lost)) == consuming)
                {
                    await consuming;
                    await LeaveTakersAsync(lease).WaitAsync(redis.Timeout, time, CancellationToken.None);
                }
                else
                {
                    LogStuck(logger, name);
                }
            }
            catch (LeaseLostException e)
            {
                LogLost(logger, name, e.Message);
            }
            catch (OperationCanceledException) when (held.Lost.IsCancellationRequested)
            {
                // The worker's loop says what comes next: standing by, or stopping.
            }
            catch (Exception e) when (RedisErrors.IsAway(e))
            {
                LogAway(logger, name, e.Message);
                failed = true;
            }
            catch (Exception e)
            {
                // The batch stays taken, and is handled again, entry by entry where it matters, with the next lease.
                LogFailed(logger, e, name);
                failed = true;
            }
        }
        if (failed && !stopping.IsCancellationRequested)
            await _pause.WaitAsync(CancellationToken.None);
    }

    private async Task ConsumeAsync(LeaseKeeper held, InboxPart part)
    {
        var blocking = _blocking ??= await redis.OpenAnotherAsync(held.Lost);
        var fence = new Fence(redis, held.Lease);
        await CutOffFormerHoldersAsync(fence);
        await handler.BeginAsync(held.Lease, part, held.Lost);
        var nextLook = time.GetTimestamp();
        var ownTaken = RedisKeys.InboxTaken(name, worker);
        Task<Batch>? taking = null;
        var inHand = new Queue<Task>();
        var newest = Task.CompletedTask;
        try
        {
            while (!held.Lost.IsCancellationRequested && held.Lease.IsValid && (taking is not null || !_isLeaving))
            {
                // Now and then again, since an earlier holder may have been given an entry while it was paused.
                if (taking is null && time.GetTimestamp() >= nextLook)
                {
                    await newest;
                    await HandleTakenAsync(fence, held.Lost);
                    nextLook = time.GetTimestamp() + 2 * time.TimestampFrequency;
                }
                var batch = await (taking ?? TakeAsync(fence, blocking.Database, held.Lost));
                // While batches are handled the next one comes, and begins; but none does before a look at what is taken, which would find it there.
                taking = _isLeaving || time.GetTimestamp() >= nextLook ? null : TakeAsync(fence, blocking.Database, held.Lost);
                if (batch.Count > 0)
                {
                    newest = HandleAsync(fence, batch, ownTaken, newest, held.Lost);
                    inHand.Enqueue(newest);
                }
                while (inHand.TryPeek(out var oldest) && (oldest.IsCompleted || inHand.Count == MostInHand))
                    await inHand.Dequeue();
                Moved();
                _pause.Reset();
            }
            await newest;
        }
        finally
        {
            // What is left of it is fenced, and stays taken, for whoever comes next; but nothing of it may fall into the next one's time.
            foreach (var handling in inHand)
                await Task.WhenAny(handling);
            if (taking is not null)
                await Task.WhenAny(taking);
        }
    }

    /// <summary>
    /// Completed when work that should have ended with its lease goes on for too long, or stands still under it: it waits for an answer
    /// that a silent connection does not bring, or that the Redis client has lost. What it might still do is fenced.
    /// </summary>
    private async Task OverlongAsync(CancellationToken lost)
    {
        await Task.WhenAny(StandsStillAsync(lost));
        if (lost.IsCancellationRequested)
            await Task.Delay(2 * redis.Timeout, time, CancellationToken.None);
    }

    /// <summary>
    /// Completed when nothing moves on for two looks, and a connection was lost not long before. The Redis client has been seen to lose the
    /// answer of a command then, while the lease goes on being renewed: nobody else would ever take the inbox.
    /// </summary>
    private async Task StandsStillAsync(CancellationToken lost)
    {
        var (movedAt, looks) = (0L, 0);
        while (looks < 2)
        {
            await Task.Delay(redis.Timeout, time, lost);
            var now = Volatile.Read(ref _movedAt);
            var isSuspect = now == movedAt && Math.Max(redis.LostAt, _blocking?.LostAt ?? long.MinValue) > now - LossCountsFor;
            (movedAt, looks) = (now, isSuspect ? looks + 1 : 0);
        }
    }

    private void Moved() => Volatile.Write(ref _movedAt, Environment.TickCount64);

    /// <summary>Before anything is handled: nothing of an earlier holder may arrive behind what is done under this lease.</summary>
    /// <remarks>
    /// Each once: whoever takes again enters itself again. Else every change of holder would end the connections of all who had the lease
    /// within the hour, and with them what they do for other inboxes, which would change their holders in turn.
    /// </remarks>
    private async Task CutOffFormerHoldersAsync(Fence fence)
    {
        var takers = RedisKeys.InboxTakers(name);
        var former = (await _database.SortedSetRangeByRankWithScoresAsync(takers)).Where(taker => taker.Score > IsCutOff && taker.Element != worker)
            .Select(taker => taker.Element).ToArray();
        if (former.Length > 0 && await new FormerHolders(redis, logger).TryCutOffAsync(name, former.Select(taker => (string)taker!)))
            await fence.RunAsync(LuaScripts.Fenced, RedisKeys.Inbox(name), ["ZADD", "XX", .. former.SelectMany(taker => new RedisValue[] { IsCutOff, taker })], takers);
    }

    /// <summary>Whoever stops with everything done need not be cut off by the next holder.</summary>
    private async Task LeaveTakersAsync(Lease lease)
    {
        if (lease.IsValid && !await _database.KeyExistsAsync(RedisKeys.InboxTaken(name, worker)))
            await _database.SortedSetRemoveAsync(RedisKeys.InboxTakers(name), worker);
    }

    /// <summary>What any holder, this one included, has taken and not finished, oldest first.</summary>
    private async Task HandleTakenAsync(Fence fence, CancellationToken stopping)
    {
        var takers = RedisKeys.InboxTakers(name);
        var now = time.GetUtcNow();
        await _database.SortedSetAddAsync(takers, worker, now.ToUnixTimeSeconds());
        foreach (var taker in await _database.SortedSetRangeByRankWithScoresAsync(takers))
        {
            var taken = RedisKeys.InboxTaken(name, taker.Element!);
            var entries = await _database.ListRangeAsync(taken);
            if (entries.Length > 0)
            {
                LogRedelivered(logger, name, entries.Length, taker.Element!);
                Array.Reverse(entries);
                await HandleAsync(fence, Read(entries, redelivered: true), taken, Task.CompletedTask, stopping);
            }
            // Kept for a while: a holder that was paused may have been given an entry since.
            else if (taker.Score < (now - TakersAreKeptFor).ToUnixTimeSeconds())
                await _database.SortedSetRemoveAsync(takers, taker.Element);
        }
    }

    private Batch Read(RedisValue[] entries, bool redelivered) =>
        new(entries.Length, handler.Read(Array.ConvertAll(entries, entry => InboxEntry.From(entry!, redelivered))));

    /// <param name="fence">The lease's.</param>
    /// <param name="batch">What to handle.</param>
    /// <param name="taken">Where it stands until it is done.</param>
    /// <param name="before">The batch before it, which stands further right there and has to be removed first.</param>
    /// <param name="stopping">The lease is lost.</param>
    private async Task HandleAsync(Fence fence, Batch batch, RedisKey taken, Task before, CancellationToken stopping)
    {
        var begun = Stopwatch.GetTimestamp();
        var since = redis.WriteGeneration;
        await batch.HandleAsync(stopping);
        await redis.ConfirmWritesAsync(since);
        await before;
        // From the right the oldest: exactly the batch, also when an entry came in behind it. Fenced, since by now the list may
        // hold what its owner, a later lease holder, has taken.
        await fence.RunAsync(LuaScripts.Fenced, RedisKeys.Inbox(name), ["LTRIM", 0, -batch.Count - 1], taken);
        BatchSizes.Record(batch.Count, new KeyValuePair<string, object?>("endpoint", name));
        BatchSeconds.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, new KeyValuePair<string, object?>("endpoint", name));
    }

    /// <summary>Takes what is there; when nothing is, waits for something, a second at most, and takes then.</summary>
    private async Task<Batch> TakeAsync(Fence fence, MasterDatabase blocking, CancellationToken stopping)
    {
        var inbox = RedisKeys.Inbox(name);
        var taken = RedisKeys.InboxTaken(name, worker);
        var entries = (RedisValue[])(await fence.RunAsync(LuaScripts.InboxTake, inbox, [options.BatchSize], taken))!;
        // From the right end to the right end moves nothing: it only waits. So a wait that outlives the lease takes nothing.
        if (entries.Length == 0 && !stopping.IsCancellationRequested
            && !((RedisValue)await blocking.ExecuteAsync("BLMOVE", inbox, inbox, "RIGHT", "RIGHT", Wait.TotalSeconds)).IsNull)
            entries = (RedisValue[])(await fence.RunAsync(LuaScripts.InboxTake, inbox, [options.BatchSize], taken))!;
        return Read(entries, redelivered: false);
    }

    /// <summary>What was taken and read.</summary>
    private sealed record Batch(int Count, Func<CancellationToken, Task> HandleAsync);

    [LoggerMessage(Level = LogLevel.Information, Message = "Active consumer of inbox:{Endpoint}, epoch {Epoch}")]
    private static partial void LogActive(ILogger logger, string endpoint, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No longer the consumer of inbox:{Endpoint}: {Reason}")]
    private static partial void LogLost(ILogger logger, string endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Endpoint}: {Count} entries that {Worker} had taken are handled again")]
    private static partial void LogRedelivered(ILogger logger, string endpoint, int count, string worker);

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Endpoint} waits for Redis: {Reason}")]
    private static partial void LogAway(ILogger logger, string endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Endpoint}: what is under way waits for an answer of Redis that does not come; it is left behind, and the lease given up")]
    private static partial void LogStuck(ILogger logger, string endpoint);

    [LoggerMessage(Level = LogLevel.Error, Message = "A batch of inbox:{Endpoint} failed and will be handled again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string endpoint);
}
