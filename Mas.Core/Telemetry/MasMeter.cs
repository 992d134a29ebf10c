using System.Diagnostics.Metrics;

namespace Mas.Core.Telemetry;

/// <summary>The meter of everything that MAS counts.</summary>
/// <remarks>
/// Instruments are named as OpenTelemetry names them (<c>mas.inbox.batch.duration</c>, unit <c>s</c>). Prometheus shows that as
/// <c>mas_inbox_batch_duration_seconds</c>.
/// </remarks>
public static class MasMeter
{
    /// <summary>The meter <c>Mas</c>.</summary>
    public static readonly Meter Meter = new("Mas");

    /// <summary>Histogram buckets for durations, in seconds.</summary>
    public static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    /// <summary>Histogram buckets for the sizes of batches, in entries.</summary>
    public static readonly InstrumentAdvice<int> Entries = new()
    {
        HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    };
}
