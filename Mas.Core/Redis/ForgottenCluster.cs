using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// Finds that the client library has forgotten that it talks to a cluster, and lets it look again. StackExchange.Redis 1.2.6
/// (<c>ConnectionMultiplexer.ReconfigureAsync</c>) counts the nodes of each kind that answer. When none does, since all connections
/// were lost at once, it goes on as with single servers; and when it is connected again it finds none of that kind, and fails every
/// command.
/// </summary>
internal sealed partial class ForgottenCluster(ConnectionMultiplexer multiplexer, TimeSpan timeout, ILogger logger)
{
    private bool _wasForgotten;

    /// <summary>Has the library look again when it was forgotten at the look before, too: it looks for itself when a connection is made.</summary>
    internal async Task LookAsync()
    {
        var isForgotten = IsForgotten();
        if (isForgotten && _wasForgotten)
        {
            LogForgotten(logger);
            await multiplexer.ConfigureAsync().WaitAsync(timeout);
        }
        _wasForgotten = isForgotten;
    }

    /// <summary>A master is connected, and none is chosen for a command that any of them could answer.</summary>
    private bool IsForgotten() =>
        multiplexer.GetEndPoints().Select(endpoint => multiplexer.GetServer(endpoint)).Any(server => server is { IsConnected: true, IsSlave: false })
        && !multiplexer.GetDatabase().IsConnected(default, CommandFlags.DemandMaster);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The client library has forgotten that it talks to a Redis Cluster; it looks again")]
    private static partial void LogForgotten(ILogger logger);
}
