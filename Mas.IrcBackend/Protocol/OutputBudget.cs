namespace Mas.IrcBackend.Protocol;

/// <summary>
/// How fast we may send without being thrown off for flooding (RFC 1459 §8.10): a burst, then one line each interval.
/// A bucket of tokens that refills with time.
/// </summary>
/// <param name="burst">Lines that may go at once.</param>
/// <param name="interval">Time for one more line.</param>
/// <param name="now">The time at which the bucket is full.</param>
internal sealed class OutputBudget(int burst, TimeSpan interval, DateTimeOffset now)
{
    /// <summary>The burst of a network that names none.</summary>
    internal const int DefaultBurst = 10;

    private double _tokens = burst;
    private DateTimeOffset _counted = now;

    /// <summary>The interval of a network that names none.</summary>
    internal static TimeSpan DefaultInterval { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether lines go without limit (ISUPPORT SAFERATE, or the network's setting).</summary>
    internal bool IsUnlimited { get; set; }

    /// <summary>Takes the right to send one line; false when it has to wait.</summary>
    internal bool TryTake(DateTimeOffset now)
    {
        if (IsUnlimited)
            return true;
        Refill(now);
        if (_tokens < 1)
            return false;
        _tokens--;
        return true;
    }

    /// <summary>Counts a line that could not wait; the next ones wait the longer.</summary>
    internal void Charge() => _tokens--;

    /// <summary>When the next line may go; not later than <paramref name="now"/> when it may go at once.</summary>
    internal DateTimeOffset NextAt(DateTimeOffset now)
    {
        if (IsUnlimited)
            return now;
        Refill(now);
        return _tokens >= 1 ? now : now + ((1 - _tokens) * interval);
    }

    private void Refill(DateTimeOffset now)
    {
        if (now > _counted)
        {
            // The small addition makes up for what division rounds off: a token due now is there now.
            _tokens = Math.Min(burst, _tokens + ((now - _counted) / interval) + 1e-9);
            _counted = now;
        }
    }
}
