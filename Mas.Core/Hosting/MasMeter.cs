using System.Diagnostics.Metrics;

namespace Mas.Core.Hosting;

/// <summary>The meter of everything that MAS counts; <see cref="PrometheusExporter"/> prints it.</summary>
public static class MasMeter
{
    /// <summary>Instruments are named <c>mas_…</c>, as Prometheus names them, without the unit's suffix rules of OpenTelemetry.</summary>
    public static readonly Meter Meter = new("Mas");
}
