using System.Diagnostics;

namespace Mas.Core.Telemetry;

/// <summary>Decides which requests and lines are traced.</summary>
/// <remarks>Here and not in the SDK, which makes an activity also for what it then drops.</remarks>
/// <param name="ratio">The share that is traced, 0 to 1.</param>
public sealed class TraceSampler(double ratio)
{
    /// <summary>Begins a trace, as the current activity; null when this one is not traced.</summary>
    public Activity? StartTrace(string name, ActivityKind kind)
    {
        if (ratio <= 0 || Random.Shared.NextDouble() >= ratio)
            return null;
        // A trace of its own, not a part of the HTTP request that opened the socket.
        Activity.Current = null;
        return MasTracing.Source.StartActivity(name, kind);
    }
}
