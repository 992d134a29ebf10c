namespace Mas.Core.Queues;

/// <summary>Exponential backoff with jitter.</summary>
public sealed class GrowingPause(TimeSpan first, TimeSpan longest)
{
    private readonly TimeSpan _first = first;
    private TimeSpan _next = first;

    /// <summary>Waits; the next pause is twice as long.</summary>
    public async Task WaitAsync(CancellationToken stopping)
    {
        var pause = _next * (0.5 + Random.Shared.NextDouble());
        _next = _next * 2 < longest ? _next * 2 : longest;
        await Task.Delay(pause, stopping);
    }

    /// <summary>Starts again with the shortest pause, after a success.</summary>
    public void Reset() => _next = _first;
}
