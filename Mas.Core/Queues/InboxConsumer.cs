using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mas.Core.Hosting;
using Mas.Core.Redis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Consumes one inbox while it holds the inbox's lease, else stands by. Entries are moved to this worker's taken list,
/// handled as a batch, and only then removed from there; a new holder handles first what any holder left taken.
/// </summary>
public sealed partial class InboxConsumer(
    RedisConnection redis, string endpoint, IInboxHandler handler, WorkerOptions options, TimeProvider time, ILogger<InboxConsumer> logger) : BackgroundService
{
    private static readonly Histogram<int> BatchSizes =
        MasMeter.Meter.CreateHistogram<int>("mas_inbox_batch", description: "Entries handled as one batch");
    private static readonly Histogram<double> BatchSeconds =
        MasMeter.Meter.CreateHistogram<double>("mas_inbox_batch", "s", "How long a batch took");

    /// <summary>How long one blocking wait for an entry lasts: well below a lease, so that Redis gives none to a holder whose lease is over.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan TakersAreKeptFor = TimeSpan.FromHours(1);

    private readonly string _worker = FormerHolders.NewWorkerName(redis);
    private readonly FormerHolders _formerHolders = new(redis, logger);
    private readonly IDatabase _database = redis.Database;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var blocking = await redis.OpenAnotherAsync(stoppingToken);
        var pause = new GrowingPause(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Bounded: the Redis client has been seen to lose an answer for good when its connections broke.
                var lease = await Lease.TryAcquireAsync(redis, endpoint, _worker, TimeSpan.FromMilliseconds(options.LeaseMilliseconds), time).WaitAsync(redis.Timeout, time, stoppingToken);
                if (lease is null)
                    await Task.Delay(Random.Shared.Next(200, 400), stoppingToken);
                else
                    await ConsumeUnderAsync(lease, blocking.Database, pause, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (RedisErrors.IsAway(e))
            {
                LogAway(logger, endpoint, e.Message);
                await pause.WaitAsync(stoppingToken);
            }
        }
    }

    private async Task ConsumeUnderAsync(Lease lease, IDatabase blocking, GrowingPause pause, CancellationToken stopping)
    {
        LogActive(logger, endpoint, lease.Epoch);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var renewing = RenewAsync(lease, lost);
        try
        {
            var working = WorkAsync(lease, blocking, pause, lost.Token);
            if (await Task.WhenAny(working, OverlongAsync(lost.Token)) == working)
                await working;
            else
                LogStuck(logger, endpoint);
        }
        catch (LeaseLostException e)
        {
            LogLost(logger, endpoint, e.Message);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            // The loop in ExecuteAsync says what comes next: standing by, or stopping.
        }
        catch (Exception e) when (!RedisErrors.IsAway(e))
        {
            // The batch stays taken, and is handled again, entry by entry where it matters, with the next lease.
            LogFailed(logger, e, endpoint);
            await pause.WaitAsync(stopping);
        }
        finally
        {
            await lost.CancelAsync();
            await renewing;
            await ReleaseAsync(lease);
        }
    }

    private async Task WorkAsync(Lease lease, IDatabase blocking, GrowingPause pause, CancellationToken lost)
    {
        var fence = new Fence(redis, lease);
        await CutOffFormerHoldersAsync();
        await handler.BeginAsync(lease, lost);
        var nextLook = time.GetTimestamp();
        while (!lost.IsCancellationRequested && lease.IsValid)
        {
            // Now and then again, since an earlier holder may have been given an entry while it was paused.
            if (time.GetTimestamp() >= nextLook)
            {
                await HandleTakenAsync(lost);
                nextLook = time.GetTimestamp() + 2 * time.TimestampFrequency;
            }
            var entries = await TakeAsync(fence, blocking, lost);
            if (entries.Length > 0)
                await HandleAsync(Array.ConvertAll(entries, entry => new InboxEntry(entry!, false)), RedisKeys.InboxTaken(endpoint, _worker), lost);
            pause.Reset();
        }
    }

    /// <summary>
    /// Completed when work that should have ended with its lease goes on for too long: it waits for an answer that the Redis
    /// client has lost. What it might still do is fenced.
    /// </summary>
    private async Task OverlongAsync(CancellationToken lost)
    {
        await Task.WhenAny(Task.Delay(Timeout.Infinite, lost));
        await Task.Delay(2 * redis.Timeout, time, CancellationToken.None);
    }

    /// <summary>Before anything is handled: nothing of an earlier holder may arrive behind what is done under this lease.</summary>
    private async Task CutOffFormerHoldersAsync()
    {
        var takers = await _database.SortedSetRangeByRankAsync(RedisKeys.InboxTakers(endpoint));
        await _formerHolders.CutOffAsync(endpoint, takers.Select(taker => (string)taker!).Where(taker => taker != _worker));
    }

    /// <summary>What any holder, this one included, has taken and not finished, oldest first.</summary>
    private async Task HandleTakenAsync(CancellationToken stopping)
    {
        var takers = RedisKeys.InboxTakers(endpoint);
        var now = time.GetUtcNow();
        await _database.SortedSetAddAsync(takers, _worker, now.ToUnixTimeSeconds());
        foreach (var taker in await _database.SortedSetRangeByRankWithScoresAsync(takers))
        {
            var taken = RedisKeys.InboxTaken(endpoint, taker.Element!);
            var entries = await _database.ListRangeAsync(taken);
            if (entries.Length > 0)
            {
                LogRedelivered(logger, endpoint, entries.Length, taker.Element!);
                Array.Reverse(entries);
                await HandleAsync(Array.ConvertAll(entries, entry => new InboxEntry(entry!, true)), taken, stopping);
            }
            // Kept for a while: a holder that was paused may have been given an entry since.
            else if (taker.Score < (now - TakersAreKeptFor).ToUnixTimeSeconds())
                await _database.SortedSetRemoveAsync(takers, taker.Element);
        }
    }

    private async Task HandleAsync(InboxEntry[] batch, RedisKey taken, CancellationToken stopping)
    {
        var begun = Stopwatch.GetTimestamp();
        var since = redis.WriteGeneration;
        await handler.HandleAsync(batch, stopping);
        await redis.ConfirmWritesAsync(since);
        // From the right the oldest: exactly the batch, also when an entry came in behind it.
        await _database.ListTrimAsync(taken, 0, -batch.Length - 1);
        BatchSizes.Record(batch.Length, new KeyValuePair<string, object?>("endpoint", endpoint));
        BatchSeconds.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, new KeyValuePair<string, object?>("endpoint", endpoint));
    }

    /// <summary>Takes what is there; when nothing is, waits for something, a second at most, and takes then.</summary>
    private async Task<RedisValue[]> TakeAsync(Fence fence, IDatabase blocking, CancellationToken stopping)
    {
        var inbox = RedisKeys.Inbox(endpoint);
        var taken = RedisKeys.InboxTaken(endpoint, _worker);
        var entries = (RedisValue[])(await fence.RunAsync(LuaScripts.InboxTake, inbox, [options.BatchSize], taken))!;
        if (entries.Length > 0 || stopping.IsCancellationRequested)
            return entries;
        // From the right end to the right end moves nothing: it only waits. So a wait that outlives the lease takes nothing.
        var waited = (RedisValue)await blocking.ExecuteAsync("BLMOVE", inbox, inbox, "RIGHT", "RIGHT", Wait.TotalSeconds);
        return waited.IsNull ? [] : (RedisValue[])(await fence.RunAsync(LuaScripts.InboxTake, inbox, [options.BatchSize], taken))!;
    }

    private async Task RenewAsync(Lease lease, CancellationTokenSource lost)
    {
        var interval = TimeSpan.FromMilliseconds(options.LeaseMilliseconds / 4.0);
        while (!lost.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(interval, time, lost.Token);
                if (!await lease.TryRenewAsync().WaitAsync(redis.Timeout, time, CancellationToken.None))
                    await lost.CancelAsync();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (RedisErrors.IsAway(e))
            {
                if (!lease.IsValid)
                    await lost.CancelAsync();
            }
        }
    }

    private async Task ReleaseAsync(Lease lease)
    {
        try
        {
            // Whoever stops with everything done need not be cut off by the next holder.
            if (lease.IsValid && !await _database.KeyExistsAsync(RedisKeys.InboxTaken(endpoint, _worker)))
                await _database.SortedSetRemoveAsync(RedisKeys.InboxTakers(endpoint), _worker);
            await lease.ReleaseAsync().WaitAsync(redis.Timeout, time, CancellationToken.None);
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            LogAway(logger, endpoint, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Active consumer of inbox:{Endpoint}, epoch {Epoch}")]
    private static partial void LogActive(ILogger logger, string endpoint, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No longer the consumer of inbox:{Endpoint}: {Reason}")]
    private static partial void LogLost(ILogger logger, string endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Endpoint}: {Count} entries that {Worker} had taken are handled again")]
    private static partial void LogRedelivered(ILogger logger, string endpoint, int count, string worker);

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Endpoint} waits for Redis: {Reason}")]
    private static partial void LogAway(ILogger logger, string endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "inbox:{Endpoint}: what was under way when the lease ended does not end; it is left behind")]
    private static partial void LogStuck(ILogger logger, string endpoint);

    [LoggerMessage(Level = LogLevel.Error, Message = "A batch of inbox:{Endpoint} failed and will be handled again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string endpoint);
}
