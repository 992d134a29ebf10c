namespace Mas.IrcBackend.Protocol;

/// <summary>
/// How fast lines may be sent without being disconnected for flooding (RFC 1459 §8.10): a token bucket.
/// </summary>
/// <param name="burst">The size of the bucket.</param>
/// <param name="interval">The time for one token.</param>
/// <param name="now">The time; the bucket is full.</param>
internal sealed class OutputBudget(int burst, TimeSpan interval, DateTimeOffset now)
{
    /// <summary>The default burst.</summary>
    internal const int DefaultBurst = 10;

    private double _tokens = burst;
    private DateTimeOffset _counted = now;

    /// <summary>The default interval.</summary>
    internal static TimeSpan DefaultInterval { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether lines go without limit (ISUPPORT SAFERATE, or the network's setting).</summary>
    internal bool IsUnlimited { get; set; }

    /// <summary>Takes a token for one line; false when there is none.</summary>
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

    /// <summary>Counts a line that could not wait; later lines wait longer.</summary>
    internal void Charge() => _tokens--;

    /// <summary>When the next line may go; <paramref name="now"/> when at once.</summary>
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
            // Rounding must not delay a token that is due now.
            _tokens = Math.Min(burst, _tokens + ((now - _counted) / interval) + 1e-9);
            _counted = now;
        }
    }
}
