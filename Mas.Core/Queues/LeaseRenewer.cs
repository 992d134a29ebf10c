using Mas.Core.Redis;
using Microsoft.Extensions.Logging;

namespace Mas.Core.Queues;

/// <summary>Renews a lease until disposed; then releases it.</summary>
internal sealed partial class LeaseRenewer : IAsyncDisposable
{
    private readonly CancellationTokenSource _lost;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _renewing;

    internal LeaseRenewer(Lease lease, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        Lease = lease;
        _time = time;
        _logger = logger;
        _lost = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Lost = _lost.Token;
        _renewing = RenewAsync(Lost);
    }

    internal Lease Lease { get; }

    /// <summary>Cancelled when the lease is lost, or the process stops.</summary>
    internal CancellationToken Lost { get; }

    public async ValueTask DisposeAsync()
    {
        await _lost.CancelAsync();
        await _renewing;
        _lost.Dispose();
        try
        {
            await Lease.ReleaseAsync();
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            LogNotReleased(Lease.Endpoint, e.Message);
        }
    }

    /// <summary>Ignores how a renewal fails: only whether the lease is still valid counts.</summary>
    private async Task RenewAsync(CancellationToken over)
    {
        try
        {
            do
            {
                await Task.Delay(Lease.Lasts / 4, _time, over);
                try
                {
                    await Lease.TryRenewAsync();
                }
                catch (Exception e)
                {
                    LogNotRenewed(Lease.Endpoint, e.GetType().Name, e.Message);
                }
            }
            while (Lease.IsValid);
            await _lost.CancelAsync();
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // Disposed, or stopping.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "lease:{Endpoint} could not be renewed: {Kind}: {Reason}")]
    private partial void LogNotRenewed(string endpoint, string kind, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "lease:{Endpoint} ends by itself: {Reason}")]
    private partial void LogNotReleased(string endpoint, string reason);
}
