using System.Net;
using Mas.Core.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Cuts workers off that held a lease before and may only be paused. What such a worker had sent, and Redis has not carried
/// out yet, is dropped with its connection; and what it writes when it wakes up goes into a connection that is no more. By
/// the time that it has another one its own clock has told it that its lease is over. On a cluster that is done on every master
/// that answers; of one that does not, as when it is being replaced, its own clock and the fences remain alone.
/// </summary>
internal sealed partial class StaleHolderEvictor(RedisConnection redis, ILogger logger)
{
    /// <summary>Between a connection's name and the number of the consumer that uses it.</summary>
    private const char NumberFollows = '.';

    private static int _lastNumber;

    /// <summary>A name for a consumer that tells whose connection it uses.</summary>
    internal static string NewWorkerName(RedisConnection redis) => $"{redis.ClientName}{NumberFollows}{Interlocked.Increment(ref _lastNumber)}";

    /// <summary>Ends the connections for commands of all workers but this process's own.</summary>
    /// <returns>False when they can't all be ended here: a Redis forbids it, or a master of a cluster does not answer.</returns>
    internal async Task<bool> TryCutOffAsync(string endpoint, IEnumerable<string> workers)
    {
        var names = workers.Select(ClientNameOf).OfType<string>().Where(name => name != redis.ClientName).ToHashSet(StringComparer.Ordinal);
        if (names.Count == 0)
            return true;
        var cut = await Task.WhenAll(redis.Servers.Where(server => server is { IsConnected: true, IsReplica: false }).Select(server => TryCutOffAsync(server, endpoint, names)));
        return !cut.Contains(false);
    }

    private async Task<bool> TryCutOffAsync(IServer server, string endpoint, HashSet<string> names)
    {
        try
        {
            await CutOffAsync(server, endpoint, names).WaitAsync(redis.Timeout);
            return true;
        }
        catch (RedisServerException e) when (!RedisErrors.IsAway(e))
        {
            // A Redis that forbids CLIENT: each worker's own clock and the fences remain.
            LogRefused(logger, endpoint, e.Message);
            return false;
        }
        catch (Exception e) when (redis.IsCluster && RedisErrors.IsAway(e))
        {
            // What is on the other masters is not to wait for this one.
            LogSilent(logger, endpoint, server.EndPoint, e.Message);
            return false;
        }
    }

    private async Task CutOffAsync(IServer server, string endpoint, HashSet<string> names)
    {
        foreach (var client in (await server.ClientListAsync()).Where(client => client.SubscriptionCount == 0 && client.Name is { } name && names.Contains(name)))
        {
            if (await server.ClientKillAsync(client.Id) > 0)
                LogCutOff(logger, endpoint, client.Name!);
        }
    }

    private static string? ClientNameOf(string worker)
    {
        var end = worker.LastIndexOf(NumberFollows);
        return end > 0 ? worker[..end] : null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Endpoint}: a connection of {Name}, which held the lease before, is ended")]
    private static partial void LogCutOff(ILogger logger, string endpoint, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Endpoint}: Redis does not let the connections of former holders be ended: {Reason}")]
    private static partial void LogRefused(ILogger logger, string endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Endpoint}: the connections of former holders to {Master} can't be ended: {Reason}")]
    private static partial void LogSilent(ILogger logger, string endpoint, EndPoint master, string reason);
}
