using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;

namespace Mas.IrcBackend.State;

/// <summary>Users' states on networks, <c>networks:&lt;userId&gt;:&lt;network&gt;</c>, and what the users' sessions are told of them.</summary>
internal sealed class NetworkStates(RedisConnection redis, Outboxes outboxes)
{
    /// <summary>The connection is registered.</summary>
    internal const string Connected = "connected";

    /// <summary>An attempt is under way.</summary>
    internal const string Connecting = "connecting";

    /// <summary>There is none, or the next attempt waits.</summary>
    internal const string Disconnected = "disconnected";

    /// <summary>The state as sessions see it.</summary>
    internal async Task<NetworkState> GetAsync(UserId user, string network)
    {
        var values = await redis.Database.HashGetAsync(RedisKeys.Network(user, network), ["state", "currentnick"]);
        return new NetworkState(network, values[0].IsNullOrEmpty ? Disconnected : values[0]!, (string?)values[1] ?? "");
    }

    /// <summary>Changes it, and tells the user's sessions.</summary>
    internal async Task SetAsync(UserId user, string network, string state, int retryCount, FencingToken fence)
    {
        await fence.ExecuteAsync("HSET", RedisKeys.Network(user, network), "state", state, "retryCount", retryCount);
        await TellAsync(user, network, fence);
    }

    /// <summary>Tells the user's sessions how it is.</summary>
    internal async Task TellAsync(UserId user, string network, FencingToken fence) =>
        await outboxes.SendToUserAsync(user, Notifications.UpdateNetworks([await GetAsync(user, network)]), fence: fence);
}
