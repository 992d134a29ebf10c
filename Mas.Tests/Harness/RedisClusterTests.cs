namespace Mas.Tests.Harness;

public sealed class RedisClusterTests
{
    [Fact]
    public async Task Cluster_KilledAndStartedAgain_HoldsTheKeysOfAllItsMasters()
    {
        await using var cluster = await RedisCluster.StartAsync(appendOnly: true);
        var names = Enumerable.Range(0, 30).Select(i => $"key{i}").Order(StringComparer.Ordinal).ToArray();
        foreach (var name in names)
            await cluster.Database.StringSetAsync(name, "value");
        var holders = await Task.WhenAll(names.Select(name => cluster.MasterOfAsync(name)));
        Assert.Equal(3, holders.Distinct().Count());

        await cluster.KillAsync();
        await cluster.StartAgainAsync();

        Assert.Equal(names, cluster.Keys());
    }

    [Fact]
    public async Task Cluster_MasterKilled_ItsReplicaTakesOver()
    {
        await using var cluster = await RedisCluster.StartAsync(nodeTimeout: TimeSpan.FromSeconds(1));
        var master = await cluster.MasterOfAsync("key");

        await master.KillAsync();

        await Eventually.HoldsAsync(async () => await cluster.MasterOfAsync("key") is var now && now != master && now.IsRunning, "the replica is the master");
    }
}
