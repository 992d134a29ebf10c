using Mas.Core.Queues;
using Mas.Core.Redis;

namespace Mas.Server.Requests;

/// <summary>Knows from the leases which backends have an active consumer.</summary>
internal sealed class BackendAvailability(RedisConnection redis, TimeProvider time, ILogger<BackendAvailability> logger) : PeriodicCheck(time, logger)
{
    /// <summary>Longer than a standby needs to take over. Until then, requests wait in the inbox.</summary>
    private static readonly TimeSpan TakeoverLasts = TimeSpan.FromSeconds(8);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _heldAt = [];
    private readonly Dictionary<string, int> _parts = [];

    /// <summary>Whether one of the endpoint's partitions has had no consumer for longer than a takeover lasts.</summary>
    internal bool IsAway(string endpoint)
    {
        lock (_lock)
        {
            return Enumerable.Range(0, _parts.GetValueOrDefault(endpoint, 1)).Any(index => IsPartAway(endpoint, index));
        }
    }

    /// <summary>The same for the partition of an ordering key.</summary>
    internal bool IsAway(string endpoint, string route)
    {
        lock (_lock)
        {
            return IsPartAway(endpoint, InboxPartition.IndexOf(route, _parts.GetValueOrDefault(endpoint, 1)));
        }
    }

    private bool IsPartAway(string endpoint, int index) =>
        !_heldAt.TryGetValue(InboxPartition.NameOf(endpoint, index), out var heldAt) || Time.GetElapsedTime(heldAt) > TakeoverLasts;

    // Without Redis, requests fail by themselves with the same answer.
    protected override Task CheckAsync() => Task.WhenAll(Endpoints.All.Select(CheckAsync));

    private async Task CheckAsync(string endpoint)
    {
        var layout = await InboxLayout.ReadAsync(redis, endpoint);
        var names = Enumerable.Range(0, layout.Parts).Select(index => InboxPartition.NameOf(endpoint, index)).ToArray();
        var holders = await Task.WhenAll(names.Select(name => Lease.GetHolderAsync(redis, name)));
        lock (_lock)
        {
            // Partitions were added: their workers are starting.
            for (var index = _parts.GetValueOrDefault(endpoint, names.Length); index < names.Length; index++)
                _heldAt[names[index]] = Time.GetTimestamp();
            _parts[endpoint] = names.Length;
            for (var index = 0; index < names.Length; index++)
            {
                if (holders[index] is not null)
                    _heldAt[names[index]] = Time.GetTimestamp();
            }
        }
    }
}
