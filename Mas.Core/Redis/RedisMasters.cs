using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>Addresses each master by a key of one of its slots, because commands are routed by key.</summary>
public static class RedisMasters
{
    private const int Slots = 16_384;

    private static readonly RedisScript Info = new("return redis.call('INFO')");

    /// <summary>One key for each master; a single one without a cluster.</summary>
    /// <param name="name">Generates candidates; each master gets the first that belongs to it.</param>
    /// <exception cref="TimeoutException">The masters are not known yet, or some slots have none.</exception>
    public static RedisKey[] KeysOf(RedisConnection redis, Func<int, string>? name = null)
    {
        name ??= i => $"n{i}";
        if (!redis.IsCluster)
            return [name(0)];
        var cluster = redis.Servers.Select(server => server.ClusterConfiguration).FirstOrDefault(configuration => configuration is not null)
            ?? throw new TimeoutException("No node of the cluster answers.");
        var masters = cluster.Nodes.Where(IsMaster).ToArray();
        // Masters that are down are missing here.
        if (masters.Sum(node => node.Slots.Sum(slots => slots.To - slots.From + 1)) < Slots)
            throw new TimeoutException("A part of the cluster has no master.");
        var keys = new SortedDictionary<string, RedisKey>(StringComparer.Ordinal);
        for (var i = 0; keys.Count < masters.Length && i < 1_000_000; i++)
        {
            RedisKey key = name(i);
            if (cluster.GetBySlot(key) is { } node)
                keys.TryAdd(node.EndPoint!.ToString()!, key);
        }
        return [.. keys.Values];
    }

    /// <summary>Whether each master of a cluster is connected, as far as a node has told who the masters are; true of a Redis that is no cluster.</summary>
    internal static bool AreAllConnected(RedisConnection redis)
    {
        if (!redis.IsCluster)
            return true;
        var connected = redis.Servers.Where(server => server.IsConnected).ToDictionary(server => server.EndPoint);
        var cluster = connected.Values.Select(server => server.ClusterConfiguration).FirstOrDefault(configuration => configuration is not null);
        return cluster?.Nodes.Where(IsMaster).All(node => node.EndPoint is { } endpoint && connected.ContainsKey(endpoint)) ?? false;
    }

    /// <summary>INFO of each master: field to value.</summary>
    public static Task<Dictionary<string, string>[]> InfoAsync(RedisConnection redis) => Task.WhenAll(KeysOf(redis).Select(async key =>
        ReadInfo((string)(await Info.RunAsync(redis.Database, [key], []))!)));

    private static bool IsMaster(ClusterNode node) => !node.IsReplica && node.Slots.Count > 0;

    private static Dictionary<string, string> ReadInfo(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split("\r\n"))
        {
            if (line.IndexOf(':') is > 0 and var colon)
                fields[line[..colon]] = line[(colon + 1)..];
        }
        return fields;
    }
}
