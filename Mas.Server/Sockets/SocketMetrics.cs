using System.Diagnostics.Metrics;
using Mas.Core.Telemetry;

namespace Mas.Server.Sockets;

/// <summary>Metrics of sockets.</summary>
internal static class SocketMetrics
{
    internal static readonly Counter<long> Delivered =
        MasMeter.Meter.CreateCounter<long>("mas.delivered", "{entry}", "Outbox entries written to sockets");

    internal static readonly Counter<long> Frames =
        MasMeter.Meter.CreateCounter<long>("mas.frames.sent", "{frame}", "Frames written to sockets");

    internal static readonly Histogram<int> PopSizes =
        MasMeter.Meter.CreateHistogram("mas.outbox.batch.size", "{entry}", "Outbox entries written as one frame", advice: MasMeter.Entries);

    internal static readonly Counter<long> Terminated =
        MasMeter.Meter.CreateCounter<long>("mas.sessions.terminated", "{session}", "Sessions that the server ended, by code");
}
