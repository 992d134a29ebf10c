using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>Tells failures that pass when Redis is well again from bugs.</summary>
public static class RedisErrors
{
    /// <summary>
    /// True when a command that failed may have been carried out all the same: its connection broke after it was sent, or its answer
    /// did not come in time. What Redis refused, or what was never sent, was not.
    /// </summary>
    public static bool MayHaveRun(Exception e) => e switch
    {
        RedisConnectionException connection => connection.FailureType
            is not (ConnectionFailureType.UnableToResolvePhysicalConnection or ConnectionFailureType.UnableToConnect),
        TimeoutException => true,
        _ => false,
    };

    /// <summary>True when the same command may succeed later: Redis is away, starting, full or failing over, or something took too long.</summary>
    public static bool IsAway(Exception e) => e switch
    {
        RedisConnectionException or TimeoutException => true,
        RedisServerException server => IsPassing(server),
        // The node that the library chose has just become a replica; it has no code for that.
        RedisCommandException command => command.Message.StartsWith("Command cannot be issued to a replica", StringComparison.Ordinal),
        AggregateException aggregate => aggregate.InnerExceptions.All(IsAway),
        // The connection was closed: the process stops.
        ObjectDisposedException => true,
        _ => false,
    };

    private static bool IsPassing(RedisServerException e) => e.Kind switch
    {
        RedisErrorKind.Loading or RedisErrorKind.OutOfMemory or RedisErrorKind.Misconfigured or RedisErrorKind.Busy or RedisErrorKind.MaxClients => true,
        RedisErrorKind.ReadOnly or RedisErrorKind.MasterDown or RedisErrorKind.NoReplicas => true,
        RedisErrorKind.ClusterDown or RedisErrorKind.TryAgain or RedisErrorKind.Moved or RedisErrorKind.Ask or RedisErrorKind.UnknownRedirectTarget => true,
        // A blocked command, when its master became a replica; the library has no code for it.
        RedisErrorKind.Unknown => e.Message.StartsWith("UNBLOCKED", StringComparison.Ordinal),
        _ => false,
    };
}
