namespace Mas.Server.Sockets;

/// <summary>A token bucket: so many requests a second over time, and a burst at once.</summary>
internal sealed class RequestBudget(double perSecond, double burst, TimeProvider time)
{
    private readonly double _burst = burst;
    private double _tokens = burst;
    private long _filledAt = time.GetTimestamp();

    /// <summary>Takes one; not thread-safe, since a session's requests come one after another.</summary>
    /// <returns>Zero when there was one, else after how many seconds there is.</returns>
    internal double Take()
    {
        var now = time.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + time.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond);
        _filledAt = now;
        if (_tokens >= 1)
        {
            _tokens--;
            return 0;
        }
        return Math.Ceiling((1 - _tokens) / perSecond * 1000) / 1000;
    }
}
