using Mas.Core.Queues;
using Mas.Core.Redis;

namespace Mas.Server.Health;

/// <summary>Knows which backends have an active consumer, by their leases.</summary>
internal sealed class BackendWatch(RedisConnection redis, TimeProvider time, ILogger<BackendWatch> logger) : PeriodicWatch(time, logger)
{
    /// <summary>Longer than a standby needs to take over: meanwhile requests wait in the inbox and are not refused.</summary>
    private static readonly TimeSpan TakeoverLasts = TimeSpan.FromSeconds(8);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _heldAt = [];
    private readonly Dictionary<string, int> _parts = [];

    /// <summary>Whether nobody has consumed one of the endpoint's inboxes for so long that nobody seems to come.</summary>
    internal bool IsAway(string endpoint)
    {
        lock (_lock)
        {
            return Enumerable.Range(0, _parts.GetValueOrDefault(endpoint, 1)).Any(index => IsPartAway(endpoint, index));
        }
    }

    /// <summary>The same of the inbox to which this route belongs.</summary>
    internal bool IsAway(string endpoint, string route)
    {
        lock (_lock)
        {
            return IsPartAway(endpoint, InboxPartition.IndexOf(route, _parts.GetValueOrDefault(endpoint, 1)));
        }
    }

    private bool IsPartAway(string endpoint, int index) =>
        !_heldAt.TryGetValue(InboxPartition.NameOf(endpoint, index), out var heldAt) || Time.GetElapsedTime(heldAt) > TakeoverLasts;

    // Away from Redis, requests fail by themselves, with the same answer.
    protected override Task LookAsync() => Task.WhenAll(Endpoints.All.Select(LookAsync));

    private async Task LookAsync(string endpoint)
    {
        var layout = await InboxLayout.ReadAsync(redis, endpoint);
        var names = Enumerable.Range(0, layout.Parts).Select(index => InboxPartition.NameOf(endpoint, index)).ToArray();
        var holders = await Task.WhenAll(names.Select(name => Lease.GetHolderAsync(redis, name)));
        lock (_lock)
        {
            // More inboxes than before: their workers are on their way.
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
