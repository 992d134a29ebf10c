using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Mas.Tests.Failover;

/// <summary>While a master is away nothing is read from its replica, which may not have heard of the last writes.</summary>
public sealed class MasterReadTests
{
    private const int Reads = 40;

    [Fact]
    public async Task Cluster_MasterAway_ItsReplicaIsNotRead()
    {
        // Long enough that the replica does not take over meanwhile.
        await using var cluster = await RedisCluster.StartAsync(nodeTimeout: TimeSpan.FromMinutes(5));
        var master = await cluster.MasterOfAsync("key");
        var replica = cluster.NodesOf(cluster.ShardOf("key")).Single(node => node != master);

        await AssertOnlyMasterIsReadAsync(cluster.Endpoint, master, replica);
    }

    [Fact]
    public async Task Replica_MasterAway_IsNotRead()
    {
        await using var master = await RedisProcess.StartAsync(["--repl-diskless-sync-delay", "0"]);
        await using var replica = await RedisProcess.StartAsync(["--replicaof", "127.0.0.1", $"{master.Port}"]);
        await replica.Process.WaitForLineAsync("MASTER <-> REPLICA sync: Finished with success");

        await AssertOnlyMasterIsReadAsync($"{master.Endpoint},{replica.Endpoint}", master, replica);
    }

    private static async Task AssertOnlyMasterIsReadAsync(string endpoint, RedisProcess master, RedisProcess replica)
    {
        await using var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = endpoint }, NullLogger.Instance, CancellationToken.None);
        await redis.Database.StringSetAsync("key", "value");
        var standby = redis.Servers.Single(server => server.EndPoint.ToString() == replica.Endpoint);
        await Eventually.HoldsAsync(async () => await standby.DatabaseSizeAsync() == 1, "the replica has it, and could answer");
        Assert.Equal("value", (string?)await redis.Database.StringGetAsync("key"));

        await master.KillAsync();

        // Until the connection knows, and for as long again.
        for (var i = 0; i < Reads; i++)
        {
            await AssertAwayAsync(() => redis.Database.StringGetAsync("key"));
            await AssertAwayAsync(() => redis.Database.ExecuteAsync("GET", (RedisKey)"key"));
            await AssertAwayAsync(() => new RedisScript("return redis.call('GET', KEYS[1])").RunAsync(redis.Database, ["key"], []));
        }
    }

    private static async Task AssertAwayAsync<T>(Func<Task<T>> read)
    {
        var e = await Record.ExceptionAsync(read);
        Assert.True(e is not null && RedisErrors.IsAway(e), $"the read ended with {e?.ToString() ?? "an answer"}");
    }
}
