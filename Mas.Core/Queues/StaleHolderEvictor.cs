using System.Net;
using Mas.Core.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Evicts workers that held a lease before and may only be paused. Ending a worker's connections drops the commands that it had sent
/// and Redis has not run, and what it writes when it wakes up. By the time that it has connected again its own clock has told it that its
/// lease is over. On a cluster each master that answers does this; on one that does not, as when it is being replaced, the worker's
/// clock and the fences remain.
/// </summary>
internal sealed partial class StaleHolderEvictor(RedisConnection redis, ILogger logger)
{
    /// <summary>Between a connection's name and the number of the consumer that uses it.</summary>
    private const char NumberFollows = '.';

    private static int _lastNumber;

    /// <summary>A name for a consumer that tells whose connection it uses.</summary>
    internal static string NewWorkerName(RedisConnection redis) => $"{redis.ClientName}{NumberFollows}{Interlocked.Increment(ref _lastNumber)}";

    /// <summary>Ends the connections for commands of all workers but this process's own, unless Redis forbids it.</summary>
    /// <returns>False when a master of a cluster does not answer.</returns>
    internal async Task<bool> TryEvictAsync(string endpoint, IEnumerable<string> workers)
    {
        var names = workers.Select(ClientNameOf).OfType<string>().Where(name => name != redis.ClientName).ToHashSet(StringComparer.Ordinal);
        if (names.Count == 0)
            return true;
        var evicted = await Task.WhenAll(redis.Servers.Where(server => server is { IsConnected: true, IsReplica: false }).Select(server => TryEvictAsync(server, endpoint, names)));
        return !evicted.Contains(false);
    }

    private async Task<bool> TryEvictAsync(IServer server, string endpoint, HashSet<string> names)
    {
        try
        {
            await EvictAsync(server, endpoint, names).WaitAsync(redis.Timeout);
            return true;
        }
        catch (RedisServerException e) when (!RedisErrors.IsAway(e))
        {
            // A Redis that forbids CLIENT: each worker's own clock and the fences remain.
            LogRefused(logger, endpoint, e.Message);
            return true;
        }
        catch (Exception e) when (redis.IsCluster && RedisErrors.IsAway(e))
        {
            // What is on the other masters is not to wait for this one.
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
