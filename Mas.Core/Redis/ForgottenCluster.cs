using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// Finds that the client library has forgotten that it talks to a cluster, and lets it look again. StackExchange.Redis 1.2.6
/// (<c>ConnectionMultiplexer.ReconfigureAsync</c>) counts the nodes of each kind that answer. When none does, since all connections
/// were lost at once, it goes on as with single servers; and when it is connected again it finds none of that kind, and fails every
/// command. And a node whose connection is made before the constructor that began it is over (<c>ServerEndPoint</c>) is taken for a
/// single server until the library looks again.
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

    /// <summary>A node is taken for something else, or a master is connected, and none is chosen for a command that any could answer.</summary>
    private bool IsForgotten()
    {
        var connected = multiplexer.GetEndPoints().Select(endpoint => multiplexer.GetServer(endpoint)).Where(server => server.IsConnected).ToArray();
        return connected.Any(server => server.ServerType != ServerType.Cluster)
            || (connected.Any(server => !server.IsSlave) && !multiplexer.GetDatabase().IsConnected(default, CommandFlags.DemandMaster));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The client library has forgotten that it talks to a Redis Cluster; it looks again")]
    private static partial void LogForgotten(ILogger logger);
}
