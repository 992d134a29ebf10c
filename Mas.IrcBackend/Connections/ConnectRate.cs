namespace Mas.IrcBackend.Connections;

/// <summary>
/// Limits how fast connections to one network start, in the order of the requests, so that a restart does not look like an attack.
/// </summary>
/// <param name="perMinute">Connections a minute; 0 for no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class ConnectRate(int perMinute, TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _next;

    /// <summary>Waits until the next connection may start.</summary>
    internal async Task WaitAsync(CancellationToken stop)
    {
        if (perMinute <= 0)
            return;
        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var turn = _next > now ? _next : now;
            _next = turn + (TimeSpan.FromMinutes(1) / perMinute);
            wait = turn - now;
        }
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, time, stop);
    }
}
