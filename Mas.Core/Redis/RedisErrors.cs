using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>Tells the failures that pass when Redis is well again from bugs.</summary>
public static class RedisErrors
{
    private static readonly string[] PassingErrors =
        ["LOADING", "OOM", "MISCONF", "READONLY", "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN", "NOREPLICAS", "MOVED", "ASK", "BUSY", "UNBLOCKED"];

    /// <summary>True when the same command may succeed later: Redis is away, starting, full or failing over.</summary>
    public static bool IsAway(Exception e) => e switch
    {
        RedisConnectionException or TimeoutException => true,
        RedisServerException server => PassingErrors.Any(prefix => server.Message.StartsWith(prefix, StringComparison.Ordinal))
            || server.Message.Contains("OOM command not allowed", StringComparison.Ordinal),
        RedisException => true,
        AggregateException aggregate => aggregate.InnerExceptions.All(IsAway),
        ObjectDisposedException => true,
        _ => false,
    };
}
