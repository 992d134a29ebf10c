using System.Threading.RateLimiting;

namespace Mas.Server.Requests;

/// <summary>How many requests a session may send: so many at once, and so many a second over time.</summary>
internal sealed class RequestLimiter : IDisposable
{
    private readonly TokenBucketRateLimiter _bucket;

    /// <param name="perSecond">Requests a second over time.</param>
    /// <param name="burst">Requests at once.</param>
    internal RequestLimiter(int perSecond, int burst) => _bucket = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
    {
        TokenLimit = burst,
        TokensPerPeriod = 1,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1) / perSecond,
        // Filled when a request comes: a timer for each session would run for those that are idle, too.
        AutoReplenishment = false,
        QueueLimit = 0,
    });

    /// <summary>Takes one request from the limit.</summary>
    /// <returns>Null when it may be handled, else how long to wait before the next, rounded up to hundredths of a second.</returns>
    internal TimeSpan? Take()
    {
        _bucket.TryReplenish();
        using var lease = _bucket.AttemptAcquire();
        if (lease.IsAcquired)
            return null;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : _bucket.ReplenishmentPeriod;
        return TimeSpan.FromMilliseconds(10 * Math.Ceiling(wait.TotalMilliseconds / 10));
    }

    public void Dispose() => _bucket.Dispose();
}
