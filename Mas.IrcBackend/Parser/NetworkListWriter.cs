using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.IrcBackend.Connections;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Parser;

/// <summary>Writes the configured networks to <c>networklist</c>, and tells live sessions of changes.</summary>
internal sealed class NetworkListWriter(RedisConnection redis, ConfiguredNetworks networks, NetworkStates states, Outboxes outboxes)
{
    internal async Task WriteAsync()
    {
        var listed = (await redis.Database.SetMembersAsync(RedisKeys.NetworkList)).Select(name => (string)name!).ToHashSet(StringComparer.Ordinal);
        var gone = listed.Where(name => !networks.Names.Contains(name)).ToList();
        var added = networks.Names.Where(name => !listed.Contains(name)).ToList();
        if (gone.Count == 0 && added.Count == 0)
            return;
        foreach (var name in gone)
            await redis.Database.SetRemoveAsync(RedisKeys.NetworkList, name);
        foreach (var name in added)
            await redis.Database.SetAddAsync(RedisKeys.NetworkList, name);
        var live = await redis.Database.SortedSetRangeByRankAsync(RedisKeys.SessionLastHeartbeat);
        foreach (var sessions in live.Select(member => SessionRef.TryParse(member, out var session) ? session : default).Where(session => session != default).GroupBy(session => session.UserId))
        {
            var entry = Notifications.UpdateNetworks(await Task.WhenAll(networks.Names.Select(name => states.GetAsync(sessions.Key, name))));
            var delivery = outboxes.NewDelivery();
            foreach (var session in sessions)
                delivery.Add(session, entry);
            await delivery.FlushAsync();
        }
    }
}
