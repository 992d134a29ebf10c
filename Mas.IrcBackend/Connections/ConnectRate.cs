namespace Mas.IrcBackend.Connections;

/// <summary>
/// Lets the connections of one network start at its rate, in the order in which they ask, so that a restart doesn't look
/// like an attack.
/// </summary>
/// <param name="perMinute">How many may start in a minute; 0 for no limit.</param>
/// <param name="time">The clock.</param>
public sealed class ConnectRate(int perMinute, TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _next;

    /// <summary>Waits for our turn.</summary>
    public async Task WaitAsync(CancellationToken stop)
    {
        if (perMinute <= 0)
        {
            return;
        }

        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var turn = _next > now ? _next : now;
            _next = turn + (TimeSpan.FromMinutes(1) / perMinute);
            wait = turn - now;
        }

        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, stop);
        }
    }
}
