using System.Diagnostics.Metrics;
using Mas.Core.Telemetry;

namespace Mas.Core.Redis;

internal static class RedisMetrics
{
    internal static readonly Counter<long> Reconnects =
        MasMeter.Meter.CreateCounter<long>("mas.redis.reconnects", "{connection}", "Connections to Redis that were lost and made again");
}
