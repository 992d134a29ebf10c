using System.Diagnostics.Metrics;
using Mas.Core.Telemetry;

namespace Mas.Core.Redis;

/// <summary>What is counted of the connection to Redis.</summary>
internal static class RedisMetrics
{
    internal static readonly Counter<long> Reconnects =
        MasMeter.Meter.CreateCounter<long>("mas.redis.reconnects", "{connection}", "Connections to Redis that were lost and made again");

    internal static readonly Counter<long> Forgotten =
        MasMeter.Meter.CreateCounter<long>("mas.redis.forgotten_connections", "{connection}", "Connections to Redis that the client library had forgotten, and that were made again");
}
