using System.Diagnostics.Metrics;
using Mas.Core.Telemetry;

namespace Mas.Server.Sockets;

/// <summary>What is counted of sockets.</summary>
internal static class SocketMetrics
{
    internal static readonly Counter<long> Delivered =
        MasMeter.Meter.CreateCounter<long>("mas.delivered", "{entry}", "Outbox entries written to sockets");

    internal static readonly Counter<long> Frames =
        MasMeter.Meter.CreateCounter<long>("mas.frames.sent", "{frame}", "Frames written to sockets");

    internal static readonly Histogram<int> PopSizes =
        MasMeter.Meter.CreateHistogram("mas.outbox.batch.size", "{entry}", "Outbox entries written as one frame", advice: MasMeter.Entries);

    internal static readonly Histogram<double> RequestSeconds =
        MasMeter.Meter.CreateHistogram("mas.request.duration", "s", "From a request's frame to its handler's end", advice: MasMeter.Seconds);

    internal static readonly Counter<long> Requests =
        MasMeter.Meter.CreateCounter<long>("mas.requests", "{request}", "Requests by type and status");

    internal static readonly Counter<long> Terminated =
        MasMeter.Meter.CreateCounter<long>("mas.sessions.terminated", "{session}", "Sessions that the server ended, by code");
}
