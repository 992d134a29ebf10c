using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.EndToEnd;

/// <summary>What one message costs Redis when nothing else is going on, by Redis's own counters.</summary>
public sealed class HotPathTests
{
    private const int Members = 12;
    private const int Messages = 21;

    /// <summary>What changes nothing. BLMOVE from the inbox's end to the same end is how the worker waits; SELECT is the Redis client's own.</summary>
    private static readonly HashSet<string> Reads =
    [
        "get", "hget", "hmget", "hgetall", "llen", "lrange", "lindex", "zscore", "zrange", "smembers", "sismember", "ttl", "exists", "info", "ping",
        "evalsha", "eval", "script|load", "blmove", "client|list", "config|get", "subscribe", "command|docs", "cluster|nodes", "cluster|slots", "select",
    ];

    [Fact]
    public async Task Send_OneMessage_CostsAPushForEachSessionAndEightWrites()
    {
        await using var mas = await MasSystem.StartAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, Members).Select(_ => mas.NewClientAsync()));
        var name = Steps.NewName("budget");
        var window = await clients[0].CreateAsync(name);
        var windows = new Dictionary<MasClient, int> { [clients[0]] = window };
        foreach (var client in clients.Skip(1))
            windows[client] = await client.JoinAsync(name);

        var costs = new List<IReadOnlyDictionary<string, long>>();
        for (var i = 0; i < Messages; i++)
        {
            var before = await mas.Redis.CallsAsync();
            var gid = await clients[0].SayAsync(window, $"message {i}");
            foreach (var (client, its) in windows)
                await client.MessageAsync(its, gid);
            var after = await mas.Redis.CallsAsync();
            costs.Add(after.ToDictionary(pair => pair.Key, pair => pair.Value - before.GetValueOrDefault(pair.Key)));
        }

        // Heartbeats and leases fall into some of the messages; the median is without them. A pump that is woken while it pops looks again.
        var usual = costs.OrderBy(WritesOf).ElementAt(costs.Count / 2);
        var breakdown = string.Join(", ", usual.Where(pair => pair.Value > 0).Select(pair => $"{pair.Key} {pair.Value}"));
        Assert.True(WritesOf(usual) <= Members + 8, breakdown);
        Assert.True(costs.Select(calls => calls.GetValueOrDefault("rpop")).Order().ElementAt(costs.Count / 2) <= Members + 2, breakdown);
    }

    private static long WritesOf(IReadOnlyDictionary<string, long> calls) =>
        calls.Where(pair => pair.Key != "rpop" && !Reads.Contains(pair.Key)).Sum(pair => pair.Value);
}
