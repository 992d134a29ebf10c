using System.Diagnostics.Metrics;
using Mas.Core.Telemetry;

namespace Mas.Server.Requests;

/// <summary>Metrics of requests.</summary>
internal static class RequestMetrics
{
    internal static readonly Histogram<double> RequestSeconds =
        MasMeter.Meter.CreateHistogram("mas.request.duration", "s", "From a request's frame to its handler's end", advice: MasMeter.Seconds);

    internal static readonly Counter<long> Requests =
        MasMeter.Meter.CreateCounter<long>("mas.requests", "{request}", "Requests by type and status");
}
