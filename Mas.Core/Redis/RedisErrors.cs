using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>Tells passing failures of Redis from bugs.</summary>
public static class RedisErrors
{
    /// <summary>
    /// Whether a failed command may have run: its connection broke after it was sent, or its answer did not come in time. A
    /// command that Redis refused, or that was never sent, has not run.
    /// </summary>
    public static bool MayHaveRun(Exception e) => e switch
    {
        RedisConnectionException connection => connection.FailureType
            is not (ConnectionFailureType.UnableToResolvePhysicalConnection or ConnectionFailureType.UnableToConnect),
        TimeoutException => true,
        _ => false,
    };

    /// <summary>Whether the same command may succeed later: Redis is away, starting, full or failing over, or a time-out ran out.</summary>
    public static bool IsAway(Exception e) => e switch
    {
        RedisConnectionException or TimeoutException => true,
        RedisServerException server => IsPassing(server),
        // The node that the library chose has just become a replica; it has no code for that.
        RedisCommandException command => command.Message.StartsWith("Command cannot be issued to a replica", StringComparison.Ordinal),
        AggregateException aggregate => aggregate.InnerExceptions.All(IsAway),
        // The process is stopping.
        ObjectDisposedException => true,
        _ => false,
    };

    private static bool IsPassing(RedisServerException e) => e.Kind switch
    {
        RedisErrorKind.Loading or RedisErrorKind.OutOfMemory or RedisErrorKind.Misconfigured or RedisErrorKind.Busy or RedisErrorKind.MaxClients => true,
        RedisErrorKind.ReadOnly or RedisErrorKind.MasterDown or RedisErrorKind.NoReplicas => true,
        RedisErrorKind.ClusterDown or RedisErrorKind.TryAgain or RedisErrorKind.Moved or RedisErrorKind.Ask or RedisErrorKind.UnknownRedirectTarget => true,
        // A blocked command whose master became a replica; StackExchange.Redis has no kind for it.
        RedisErrorKind.Unknown => e.Message.StartsWith("UNBLOCKED", StringComparison.Ordinal),
        _ => false,
    };
}
