using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;

namespace Mas.IrcBackend.State;

/// <summary>Users' connection states, <c>networks:&lt;userId&gt;:&lt;network&gt;</c>; changes are sent to the users' sessions.</summary>
internal sealed class NetworkStates(RedisConnection redis, Outboxes outboxes, FencingToken fence)
{
    /// <summary>Registered.</summary>
    internal const string Connected = "connected";

    /// <summary>An attempt is in progress.</summary>
    internal const string Connecting = "connecting";

    /// <summary>Not connected, or waiting for the next attempt.</summary>
    internal const string Disconnected = "disconnected";

    /// <summary>The state as sessions see it.</summary>
    internal async Task<NetworkState> GetAsync(UserId user, string network)
    {
        var values = await redis.Database.HashGetAsync(RedisKeys.Network(user, network), ["state", "currentnick"]);
        return new NetworkState(network, values[0].IsNullOrEmpty ? Disconnected : values[0]!, (string?)values[1] ?? "");
    }

    /// <summary>Changes the state and tells the user's sessions.</summary>
    internal async Task SetAsync(UserId user, string network, string state, int retryCount)
    {
        await fence.ExecuteAsync("HSET", RedisKeys.Network(user, network), "state", state, "retryCount", retryCount);
        await TellAsync(user, network);
    }

    /// <summary>Tells the user's sessions the state.</summary>
    internal async Task TellAsync(UserId user, string network) =>
        await outboxes.SendToUserAsync(user, Notifications.UpdateNetworks([await GetAsync(user, network)]), fence: fence);
}
