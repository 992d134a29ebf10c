using Mas.Core.Queues;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>Tells the failures that pass when Redis is well again from bugs.</summary>
public static class RedisErrors
{
    private static readonly string[] PassingErrors =
        ["LOADING", "OOM", "MISCONF", "READONLY", "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN", "NOREPLICAS", "MOVED", "ASK", "BUSY", "UNBLOCKED"];

    /// <summary>
    /// True when a command that failed may have been carried out all the same: it was on its way when the connection broke,
    /// or its answer did not come in time. What Redis refused, or what was never sent, was not.
    /// </summary>
    public static bool MayHaveRun(Exception e) => e switch
    {
        RedisConnectionException connection => connection.FailureType
            is not (ConnectionFailureType.UnableToResolvePhysicalConnection or ConnectionFailureType.UnableToConnect),
        TimeoutException => true,
        _ => false,
    };

    /// <summary>True when the same command may succeed later: Redis is away, starting, full or failing over, or an inbox is closed.</summary>
    public static bool IsAway(Exception e) => e switch
    {
        RedisConnectionException or TimeoutException or InboxClosedException => true,
        RedisServerException server => PassingErrors.Any(prefix => server.Message.StartsWith(prefix, StringComparison.Ordinal))
            || server.Message.Contains("OOM command not allowed", StringComparison.Ordinal)
            // The client library's own words for a node of a cluster that was killed and not replaced yet.
            || server.Message.Contains("is not reachable at this point of time", StringComparison.Ordinal),
        RedisException => true,
        // The client library's, of a master that has become a replica before the command was sent.
        RedisCommandException command => command.Message.StartsWith("Command cannot be issued to a slave", StringComparison.Ordinal),
        AggregateException aggregate => aggregate.InnerExceptions.All(IsAway),
        ObjectDisposedException => true,
        // The client library fails over its own words, when connections go while it puts together why there is none; nothing was sent.
        NullReferenceException or ArgumentException => e.StackTrace?.Contains("StackExchange.Redis.ExceptionFactory", StringComparison.Ordinal) == true,
        _ => false,
    };
}
