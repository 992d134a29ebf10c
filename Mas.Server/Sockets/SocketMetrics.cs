using System.Diagnostics.Metrics;
using Mas.Core.Hosting;

namespace Mas.Server.Sockets;

/// <summary>What is counted of sockets.</summary>
internal static class SocketMetrics
{
    internal static readonly Counter<long> Delivered =
        MasMeter.Meter.CreateCounter<long>("mas_delivered", description: "Outbox entries written to sockets");

    internal static readonly Counter<long> Frames =
        MasMeter.Meter.CreateCounter<long>("mas_frames_sent", description: "Frames written to sockets");

    internal static readonly Histogram<int> PopSizes =
        MasMeter.Meter.CreateHistogram<int>("mas_outbox_batch", description: "Outbox entries written as one frame");

    internal static readonly Histogram<double> RequestSeconds =
        MasMeter.Meter.CreateHistogram<double>("mas_request", "s", "From a request's frame to its handler's end");

    internal static readonly Counter<long> Requests =
        MasMeter.Meter.CreateCounter<long>("mas_requests", description: "Requests by type and status");

    internal static readonly Counter<long> Terminated =
        MasMeter.Meter.CreateCounter<long>("mas_sessions_terminated", description: "Sessions that the server ended, by code");
}
