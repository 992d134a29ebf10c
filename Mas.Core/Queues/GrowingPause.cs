namespace Mas.Core.Queues;

/// <summary>Pauses that double from failure to failure, with jitter, so that many who wait for the same don't come back at once.</summary>
public sealed class GrowingPause(TimeSpan first, TimeSpan longest)
{
    private readonly TimeSpan _first = first;
    private TimeSpan _next = first;

    /// <summary>Waits.</summary>
    public async Task WaitAsync(CancellationToken stopping)
    {
        var pause = _next * (0.5 + Random.Shared.NextDouble());
        _next = _next * 2 < longest ? _next * 2 : longest;
        await Task.Delay(pause, stopping);
    }

    /// <summary>Starts again from the shortest, after something went well.</summary>
    public void Reset() => _next = _first;
}
