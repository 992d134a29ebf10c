using System.Diagnostics.Metrics;
using Mas.Core.Hosting;

namespace Mas.Core.Redis;

/// <summary>What is counted of the connection to Redis.</summary>
internal static class RedisMetrics
{
    internal static readonly Counter<long> Reconnects =
        MasMeter.Meter.CreateCounter<long>("mas_redis_reconnects", description: "Connections to Redis that were lost and made again");

    internal static readonly Counter<long> Forgotten =
        MasMeter.Meter.CreateCounter<long>("mas_redis_forgotten_connections", description: "Connections to Redis that the client library had forgotten, and that were made again");
}
