using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// Finds that the client library has forgotten that it talks to a cluster, and lets it look again. StackExchange.Redis 1.2.6
/// (<c>ConnectionMultiplexer.ReconfigureAsync</c>) counts the nodes of each kind that answer. When none does, since all connections
/// were lost at once, it goes on as with single servers; and when it is connected again it finds none of that kind, and fails every
/// command.
/// </summary>
internal sealed partial class ForgottenCluster : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ConnectionMultiplexer _multiplexer;
    private readonly TimeSpan _timeout;
    private readonly ILogger _logger;
    private readonly PeriodicTimer _timer;
    private readonly Task _looking;

    internal ForgottenCluster(ConnectionMultiplexer multiplexer, TimeSpan timeout, TimeProvider time, ILogger logger)
    {
        _multiplexer = multiplexer;
        _timeout = timeout;
        _logger = logger;
        _timer = new PeriodicTimer(Interval, time);
        _looking = LookAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _looking;
    }

    private async Task LookAsync()
    {
        var wasForgotten = false;
        while (await _timer.WaitForNextTickAsync())
        {
            // Twice, since it looks for itself when a connection is made.
            var isForgotten = IsForgotten();
            if (isForgotten && wasForgotten)
                await LookAgainAsync();
            wasForgotten = isForgotten;
        }
    }

    /// <summary>A master is connected, and none is chosen for a command that any of them could answer.</summary>
    private bool IsForgotten() =>
        _multiplexer.GetEndPoints().Select(endpoint => _multiplexer.GetServer(endpoint)).Any(server => server is { IsConnected: true, IsSlave: false })
        && !_multiplexer.GetDatabase().IsConnected(default, CommandFlags.DemandMaster);

    private async Task LookAgainAsync()
    {
        LogForgotten(_logger);
        try
        {
            await _multiplexer.ConfigureAsync().WaitAsync(_timeout);
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            // The next look tries again.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The client library has forgotten that it talks to a Redis Cluster; it looks again")]
    private static partial void LogForgotten(ILogger logger);
}
