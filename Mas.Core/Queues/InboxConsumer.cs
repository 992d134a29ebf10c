using Mas.Core.Redis;
using Microsoft.Extensions.Logging;

namespace Mas.Core.Queues;

/// <summary>Consumes one inbox whenever this worker holds its lease, with a <see cref="PartitionConsumer"/> for each lease.</summary>
internal sealed partial class InboxConsumer(
    RedisConnection redis, string name, Func<PartitionLease, IInboxHandler> newHandler, WorkerOptions options, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private RedisConnection? _waiting;
    private CancellationTokenSource _leaving = new();
    private Task _running = Task.CompletedTask;

    internal bool IsRunning => !_running.IsCompleted;

    /// <summary>Consumes until the lease is lost, a failure, or <see cref="Leave"/>; then releases the lease.</summary>
    internal void Start(Lease lease, InboxPartition partition, CancellationToken stopping)
    {
        _leaving.Dispose();
        _leaving = new CancellationTokenSource();
        var leaving = _leaving.Token;
        _running = Task.Run(() => RunAsync(lease, partition, leaving, stopping), CancellationToken.None);
    }

    /// <summary>Finishes the batches in flight, claims no more, and leaves the inbox to another worker.</summary>
    internal void Leave() => _leaving.Cancel();

    /// <summary>Waits until the consumer has ended.</summary>
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
        await using (var held = new LeaseRenewer(lease, time, logger, stopping))
        {
            try
            {
                var waiting = _waiting ??= await redis.OpenBlockingAsync(BatchClaimer.Wait, held.Lost);
                await new PartitionConsumer(redis, waiting, new PartitionLease(lease, partition, held.Lost), newHandler, options, logger).RunAsync(leaving);
            }
            catch (LeaseLostException e)
            {
                LogLost(logger, name, e.Message);
            }
            catch (OperationCanceledException) when (held.Lost.IsCancellationRequested)
            {
                // The lease is lost, or the process stops.
            }
            catch (Exception e) when (RedisErrors.IsAway(e))
            {
                LogAway(logger, name, e.Message);
                failed = true;
            }
            catch (Exception e)
            {
                // The batch stays claimed, and the next lease redelivers it.
                LogFailed(logger, e, name);
                failed = true;
            }
        }
        // Meanwhile another worker may take the lease.
        if (failed)
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(100, 1000)), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
