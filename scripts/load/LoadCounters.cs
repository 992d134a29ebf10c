using System.Diagnostics;

namespace Mas.Load;

/// <summary>Counts what all connections of a process do in the measured time.</summary>
internal sealed class LoadCounters
{
    private static readonly double TicksPerMicrosecond = Stopwatch.Frequency / 1e6;
    private readonly Lock _lock = new();
    private readonly Histogram _latencies = new();
    private long _sent;
    private volatile bool _measuring;

    public long Sent => Interlocked.Read(ref _sent);

    public Histogram Latencies => _latencies;

    public void Measure(bool on) => _measuring = on;

    public void CountSent()
    {
        if (_measuring)
            Interlocked.Increment(ref _sent);
    }

    public void CountDelivered(long scheduled, long now)
    {
        if (!_measuring)
            return;
        lock (_lock)
            _latencies.Add((long)((now - scheduled) / TicksPerMicrosecond));
    }
}
