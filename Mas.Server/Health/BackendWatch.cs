using Mas.Core.Queues;
using Mas.Core.Redis;

namespace Mas.Server.Health;

/// <summary>Knows which backends have an active consumer, by their leases.</summary>
internal sealed class BackendWatch(RedisConnection redis, TimeProvider time) : BackgroundService
{
    /// <summary>Longer than a standby needs to take over: meanwhile requests wait in the inbox and are not refused.</summary>
    private static readonly TimeSpan TakeoverLasts = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, long> _heldAt = Endpoints.All.ToDictionary(endpoint => endpoint, _ => 0L);

    /// <summary>Whether nobody has consumed the inbox for so long that nobody seems to come.</summary>
    internal bool IsAway(string endpoint)
    {
        lock (_heldAt)
        {
            return _heldAt[endpoint] == 0 || time.GetElapsedTime(_heldAt[endpoint]) > TakeoverLasts;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await LookAsync();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task LookAsync()
    {
        try
        {
            var holders = await Task.WhenAll(Endpoints.All.Select(endpoint => Lease.GetHolderAsync(redis, endpoint))).WaitAsync(redis.Timeout);
            lock (_heldAt)
            {
                for (var i = 0; i < holders.Length; i++)
                {
                    if (holders[i] is not null)
                        _heldAt[Endpoints.All[i]] = time.GetTimestamp();
                }
            }
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            // Then requests fail by themselves, with the same answer.
        }
    }
}
