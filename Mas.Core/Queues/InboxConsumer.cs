using Mas.Core.Redis;
using Microsoft.Extensions.Logging;

namespace Mas.Core.Queues;

/// <summary>Consumes one inbox whenever this worker holds its lease; a <see cref="PartitionConsumer"/> does it for each lease.</summary>
internal sealed partial class InboxConsumer(
    RedisConnection redis, string name, Func<PartitionLease, IInboxHandler> newHandler, WorkerOptions options, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private readonly GrowingPause _pause = new(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));
    private RedisConnection? _waiting;
    private CancellationTokenSource _leaving = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Whether it consumes now.</summary>
    internal bool IsRunning => !_running.IsCompleted;

    /// <summary>Consumes until the lease is lost, something fails or it is to leave, then gives the lease up.</summary>
    /// <param name="lease">The inbox's lease.</param>
    /// <param name="partition">Which inbox it is.</param>
    /// <param name="stopping">The process stops.</param>
    internal void Start(Lease lease, InboxPartition partition, CancellationToken stopping)
    {
        _leaving.Dispose();
        _leaving = new CancellationTokenSource();
        var leaving = _leaving.Token;
        _running = Task.Run(() => RunAsync(lease, partition, leaving, stopping), CancellationToken.None);
    }

    /// <summary>Another worker is to consume it: batches in flight are finished, and no more are claimed.</summary>
    internal void Leave() => _leaving.Cancel();

    /// <summary>Waits until it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _running;
        _leaving.Dispose();
        if (_waiting is not null)
            await _waiting.DisposeAsync();
    }

    private async Task RunAsync(Lease lease, InboxPartition partition, CancellationToken leaving, CancellationToken stopping)
    {
        LogActive(logger, name, lease.Epoch);
        var failed = false;
        PartitionConsumer? consumer = null;
        await using (var held = new LeaseRenewer(lease, time, logger, stopping))
        {
            try
            {
                var waiting = _waiting ??= await redis.OpenBlockingAsync(BatchClaimer.Wait, held.Lost);
                consumer = new PartitionConsumer(redis, waiting, new PartitionLease(lease, partition, held.Lost), newHandler, options, logger);
                await consumer.RunAsync(leaving);
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
                // The batch stays claimed; the next lease handles it again, entry by entry where it fails.
                LogFailed(logger, e, name);
                failed = true;
            }
        }
        if (consumer?.HasConsumed == true)
            _pause.Reset();
        if (failed && !stopping.IsCancellationRequested)
            await _pause.WaitAsync(CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Active consumer of inbox:{Endpoint}, epoch {Epoch}")]
    private static partial void LogActive(ILogger logger, string endpoint, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No longer the consumer of inbox:{Endpoint}: {Reason}")]
    private static partial void LogLost(ILogger logger, string endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Endpoint} waits for Redis: {Reason}")]
    private static partial void LogAway(ILogger logger, string endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A batch of inbox:{Endpoint} failed and will be handled again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string endpoint);
}
