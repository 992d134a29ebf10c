using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mas.Core.Redis;
using Mas.Core.Telemetry;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Consumes one inbox under its lease. Entries are moved to a taken list of this worker's, handled as a batch, and only then
/// removed from there; a new holder handles first what any holder left taken.
/// </summary>
/// <remarks>
/// Each batch in hand has a list of its own: so the whole inbox becomes that list by its name, and no entry is touched.
/// </remarks>
internal sealed partial class InboxConsumer(
    RedisConnection redis, string name, string worker, Func<PartitionLease, IInboxHandler> newHandler, WorkerOptions options, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private static readonly Histogram<int> BatchSizes =
        MasMeter.Meter.CreateHistogram("mas.inbox.batch.size", "{entry}", "Entries handled as one batch", advice: MasMeter.Entries);
    private static readonly Histogram<double> BatchSeconds =
        MasMeter.Meter.CreateHistogram("mas.inbox.batch.duration", "s", "From claiming a batch to its end", advice: MasMeter.Seconds);

    /// <summary>How long one blocking wait for an entry lasts: below what a lease usually is, so that few takes have to be refused that outlive it.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Batches in hand at once. Each waits for Redis most of its time, so fewer leave the processors idle; more would come
    /// again after a crash, and brought nothing.
    /// </summary>
    private const int MaxInFlight = 4;

    /// <summary>
    /// The score of a taker whose connection a later holder has ended is lower by this, s, and below zero therefore; among themselves
    /// takers keep their order. Were it ten times more, a double could not tell apart what was taken in one millisecond.
    /// </summary>
    private const long CutOffBy = 10_000_000_000;

    private static readonly TimeSpan TakersAreKeptFor = TimeSpan.FromHours(1);

    /// <summary>How long before the consumer stood still a connection may have been lost that was the reason, ms: longer than any batch takes that was in hand then.</summary>
    private const long LossCountsFor = 60_000;

    private readonly MasterDatabase _database = redis.Database;
    private readonly GrowingPause _pause = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));

    /// <summary>
    /// As which this worker takes: one for each batch that may stand taken, which are those in hand and the next. The worker's own name has no
    /// list, and says only that it held the lease.
    /// </summary>
    private readonly string[] _takers = [.. Enumerable.Range(1, MaxInFlight + 1).Select(list => $"{worker}+{list}")];
    private RedisConnection? _blocking;
    private int _taken;
    private bool _tookMany;
    private double _tookAt;
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
    internal void Start(Lease lease, InboxPartition part, CancellationToken stopping)
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

    private async Task RunAsync(Lease lease, InboxPartition part, CancellationToken stopping)
    {
        LogActive(logger, name, lease.Epoch);
        Moved();
        var failed = false;
        await using (var held = new LeaseRenewer(lease, time, logger, stopping))
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

    private async Task ConsumeAsync(LeaseRenewer held, InboxPartition part)
    {
        var blocking = _blocking ??= await redis.OpenBlockingAsync(Wait, held.Lost);
        var (fence, waitingFence) = (new FencingToken(redis, held.Lease), new FencingToken(blocking, held.Lease));
        await EvictStaleHoldersAsync(fence);
        await using var handler = newHandler(new PartitionLease(held.Lease, part, held.Lost));
        await handler.StartAsync();
        foreach (var left in await ReadTakenAsync(fence, handler, other: _ => true))
            await HandleAsync(fence, left, Task.CompletedTask);
        var nextLook = NextLook();
        Task<Batch>? taking = null;
        var inHand = new Queue<Task>();
        var (newest, looked) = (Task.CompletedTask, Task.CompletedTask);
        try
        {
            while (!held.Lost.IsCancellationRequested && held.Lease.IsValid && (taking is not null || !_isLeaving))
            {
                var batch = await (taking ?? TakeAsync(waitingFence, handler, blocking.Database));
                // While batches are handled the next one comes, and begins.
                taking = _isLeaving || held.Lost.IsCancellationRequested ? null : TakeAsync(waitingFence, handler, blocking.Database);
                if (batch.Count > 0)
                    Begin(batch);
                // Now and then again: a replica that took over may have missed that the fence was raised, and let an earlier holder take.
                if (time.GetTimestamp() >= nextLook && looked.IsCompleted)
                {
                    foreach (var left in await ReadTakenAsync(fence, handler, taker => !IsOwn(taker)))
                        Begin(left);
                    (looked, nextLook) = (newest, NextLook());
                }
                while (inHand.TryPeek(out var oldest) && (oldest.IsCompleted || inHand.Count >= MaxInFlight))
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

        void Begin(Batch batch)
        {
            newest = HandleAsync(fence, batch, newest);
            inHand.Enqueue(newest);
        }

        long NextLook() => time.GetTimestamp() + 2 * time.TimestampFrequency;
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
    private async Task EvictStaleHoldersAsync(FencingToken fence)
    {
        var takers = RedisKeys.InboxTakers(name);
        await EnterAsync(fence);
        var former = (await _database.SortedSetRangeByRankWithScoresAsync(takers)).Where(taker => taker.Score > 0 && !IsOwn(taker.Element!)).ToArray();
        if (former.Length > 0 && await new StaleHolderEvictor(redis, logger).TryCutOffAsync(name, former.Select(taker => (string)taker.Element!)))
        {
            await fence.RunAsync(
                LuaScripts.Fenced, RedisKeys.Inbox(name), ["ZADD", "XX", .. former.SelectMany(taker => new[] { taker.Score - CutOffBy, taker.Element })], takers);
        }
    }

    /// <summary>Whoever stops with everything done need not be cut off by the next holder.</summary>
    private async Task LeaveTakersAsync(Lease lease)
    {
        if (!lease.IsValid)
            return;
        var isHeld = await Task.WhenAll(_takers.Select(taker => _database.KeyExistsAsync(RedisKeys.InboxTaken(name, taker))));
        if (!isHeld.Contains(true))
            await Task.WhenAll(_takers.Append(worker).Select(taker => _database.SortedSetRemoveAsync(RedisKeys.InboxTakers(name), taker)));
    }

    private bool IsOwn(string taker) => taker == worker || _takers.Contains(taker);

    /// <summary>
    /// Enters itself among those who take, and raises the inbox's fence by that: what an earlier holder takes from now on is refused, so that what
    /// is read behind this is all that there will be of it.
    /// </summary>
    private async Task EnterAsync(FencingToken fence) =>
        await fence.RunAsync(LuaScripts.Fenced, RedisKeys.Inbox(name), ["ZADD", NextScore(), worker], RedisKeys.InboxTakers(name));

    /// <summary>What holders have taken and not finished, oldest first.</summary>
    /// <param name="fence">The lease's.</param>
    /// <param name="handler">Reads them.</param>
    /// <param name="other">By the taker's name: whether what it has taken is not in hand here.</param>
    private async Task<List<Batch>> ReadTakenAsync(FencingToken fence, IInboxHandler handler, Func<string, bool> other)
    {
        var key = RedisKeys.InboxTakers(name);
        await EnterAsync(fence);
        var takers = (await _database.SortedSetRangeByRankWithScoresAsync(key)).Where(taker => other(taker.Element!)).ToArray();
        var lists = await Task.WhenAll(takers.Select(taker => _database.ListRangeAsync(RedisKeys.InboxTaken(name, taker.Element!))));
        var batches = new List<Batch>();
        foreach (var (taker, entries) in takers.Zip(lists))
        {
            if (entries.Length > 0)
            {
                LogRedelivered(logger, name, entries.Length, taker.Element!);
                Array.Reverse(entries);
                batches.Add(Read(handler, RedisKeys.InboxTaken(name, taker.Element!), entries, redelivered: true));
            }
            // Kept for a while, for the same reason for which it is looked at again.
            else if (taker.Score < (time.GetUtcNow() - TakersAreKeptFor).ToUnixTimeSeconds())
            {
                await fence.RunAsync(LuaScripts.Fenced, RedisKeys.Inbox(name), ["ZREM", taker.Element], key);
            }
        }
        return batches;
    }

    private static Batch Read(IInboxHandler handler, RedisKey taken, RedisValue[] entries, bool redelivered) =>
        new(taken, entries.Length, handler.Prepare(Array.ConvertAll(entries, entry => InboxEntry.From(entry!, redelivered))));

    /// <param name="fence">The lease's.</param>
    /// <param name="batch">What to handle.</param>
    /// <param name="before">The batch before it, which has to be done first: else, after a crash, it would come again behind this one.</param>
    private async Task HandleAsync(FencingToken fence, Batch batch, Task before)
    {
        var begun = Stopwatch.GetTimestamp();
        var since = redis.WriteGeneration;
        await batch.HandleAsync();
        await redis.ConfirmWritesAsync(since);
        await before;
        // From the right the oldest: exactly the batch, also when an entry came in behind it. Fenced, since by now the list may
        // hold what its owner, a later lease holder, has taken.
        await fence.RunAsync(LuaScripts.Fenced, RedisKeys.Inbox(name), ["LTRIM", 0, -batch.Count - 1], batch.Taken);
        BatchSizes.Record(batch.Count, new KeyValuePair<string, object?>("endpoint", name));
        BatchSeconds.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, new KeyValuePair<string, object?>("endpoint", name));
    }

    /// <summary>Waits until something is there, a second at most, and takes it.</summary>
    /// <param name="fence">The lease's, on the connection that may wait.</param>
    /// <param name="handler">Reads what is taken.</param>
    /// <param name="waiting">That connection.</param>
    /// <remarks>
    /// One round trip: the take stands behind the wait on a connection that is for nothing else, and Redis carries it out as soon as the
    /// wait is over. From the right end to the right end moves nothing: it only waits.
    /// </remarks>
    private async Task<Batch> TakeAsync(FencingToken fence, IInboxHandler handler, MasterDatabase waiting)
    {
        var inbox = RedisKeys.Inbox(name);
        var taker = _takers[_taken];
        var taken = RedisKeys.InboxTaken(name, taker);
        var wait = waiting.WaitForEntryAsync(inbox, Wait);
        var moving = fence.RunAsync(LuaScripts.InboxTake, inbox, [options.BatchSize, taker, NextScore()], taken, RedisKeys.InboxTakers(name));
        // Few come with the answer; many are read behind it, at once when there were many before.
        var reading = _tookMany ? waiting.ListRangeAsync(taken) : null;
        await Task.WhenAll(wait, moving, reading ?? Task.CompletedTask);
        var answer = (RedisValue[])moving.Result!;
        var moved = (long)answer[0];
        _tookMany = moved > answer.Length - 1;
        // Redis did not know the script, or a node sent it on: then what was read came before what was moved.
        var entries = !_tookMany ? answer[1..] : reading?.Result.Length == moved ? reading.Result : await waiting.ListRangeAsync(taken);
        Array.Reverse(entries);
        // Only then: else, while nothing comes, a list would have its turn again that a batch in hand still stands in.
        if (entries.Length > 0)
            _taken = (_taken + 1) % _takers.Length;
        return Read(handler, taken, entries, redelivered: false);
    }

    /// <summary>When this is, unix seconds, and later than any before: it orders what is taken.</summary>
    private double NextScore()
    {
        lock (_takers)
            return _tookAt = Math.Max(_tookAt + 1e-5, time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
    }

    /// <summary>What was taken and read.</summary>
    /// <param name="Taken">Where it stands until it is done.</param>
    /// <param name="Count">How many entries.</param>
    /// <param name="HandleAsync">Handles them.</param>
    private sealed record Batch(RedisKey Taken, int Count, Func<Task> HandleAsync);

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
