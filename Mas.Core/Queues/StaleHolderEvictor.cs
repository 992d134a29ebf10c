using System.Net;
using Mas.Core.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Evicts earlier lease holders, which may only be paused. Closing a worker's connections drops commands that Redis has not run yet, and
/// what the worker writes when it wakes up. Before it has reconnected, its own clock tells it that its lease is over. On a master that
/// does not answer, only the worker's clock and the fences protect.
/// </summary>
internal sealed partial class StaleHolderEvictor(RedisConnection redis, ILogger logger)
{
    /// <summary>Separates the connection's name from the worker's number.</summary>
    private const char NumberFollows = '.';

    private static int _lastNumber;

    /// <summary>A name for a worker that contains the name of its connection.</summary>
    internal static string NewWorkerName(RedisConnection redis) => $"{redis.ClientName}{NumberFollows}{Interlocked.Increment(ref _lastNumber)}";

    /// <summary>Closes the workers' connections, except those of this process and those for subscriptions.</summary>
    /// <returns>False when a master of a cluster is not connected, or does not answer.</returns>
    internal async Task<bool> TryEvictAsync(string endpoint, IEnumerable<string> workers)
    {
        var names = workers.Select(ClientNameOf).OfType<string>().Where(name => name != redis.ClientName).ToHashSet(StringComparer.Ordinal);
        if (names.Count == 0)
            return true;
        var evicted = await Task.WhenAll(redis.Servers.Where(server => server is { IsConnected: true, IsReplica: false }).Select(server => TryEvictAsync(server, endpoint, names)));
        return !evicted.Contains(false) && RedisMasters.AreAllConnected(redis);
    }

    private async Task<bool> TryEvictAsync(IServer server, string endpoint, HashSet<string> names)
    {
        try
        {
            await EvictAsync(server, endpoint, names);
            return true;
        }
        catch (RedisServerException e) when (!RedisErrors.IsAway(e))
        {
            // Redis forbids CLIENT: only clocks and fences protect.
            LogRefused(logger, endpoint, e.Message);
            return true;
        }
        catch (Exception e) when (redis.IsCluster && RedisErrors.IsAway(e))
        {
            // The other masters must not wait for this one.
            LogSilent(logger, endpoint, server.EndPoint, e.Message);
            return false;
        }
    }

    private async Task EvictAsync(IServer server, string endpoint, HashSet<string> names)
    {
        foreach (var client in (await server.ClientListAsync()).Where(client => client.SubscriptionCount == 0 && client.Name is { } name && names.Contains(name)))
        {
            if (await server.ClientKillAsync(client.Id) > 0)
                LogEvicted(logger, endpoint, client.Name!);
        }
    }

    private static string? ClientNameOf(string worker)
    {
        var end = worker.LastIndexOf(NumberFollows);
        return end > 0 ? worker[..end] : null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Endpoint}: a connection of {Name}, which held the lease before, is ended")]
    private static partial void LogEvicted(ILogger logger, string endpoint, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Endpoint}: Redis does not let the connections of former holders be ended: {Reason}")]
    private static partial void LogRefused(ILogger logger, string endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Endpoint}: the connections of former holders to {Master} can't be ended: {Reason}")]
    private static partial void LogSilent(ILogger logger, string endpoint, EndPoint master, string reason);
}
