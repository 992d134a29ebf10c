using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.EndToEnd;

public sealed class RandomActionsTests
{
    private const int Seed = 20260;
    private const int Users = 50;
    private const int Groups = 20;
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task FiftyUsers_DoingRandomThings_EndWithTheViewThatRedisHolds()
    {
        await using var mas = await MasSystem.StartAsync(new MasSystemOptions
        {
            Servers = 2,
            // A group that is joined brings as much as a session brings at its start, so that views can be compared.
            Settings = new Dictionary<string, string> { ["History:Backlog"] = "1000" },
        });
        var groups = Enumerable.Range(0, Groups).Select(i => $"group{i}").ToArray();
        var walkers = new List<RandomWalker>();
        for (var i = 0; i < Users; i++)
        {
            var client = await mas.NewClientAsync($"user{i}", server: i % 2);
            if (i < Groups)
                await client.CreateAsync(groups[i]);
            walkers.Add(new RandomWalker(mas, client, groups, Seed + i));
        }
        var peers = walkers.Select(walker => walker.Client.UserId).ToArray();

        using (var stop = new CancellationTokenSource(Lasts))
            await Task.WhenAll(walkers.Select(walker => walker.RunAsync(peers, stop.Token)));

        Assert.True(walkers.Sum(walker => walker.Requests) > 1000, "hardly anything was done");
        foreach (var walker in walkers)
        {
            await using var fresh = await MasClient.ConnectAsync(mas.Address, walker.Client.Login);
            await Eventually.PassesAsync(async () =>
            {
                Assert.Equal(fresh.Dump(), walker.Client.Dump());
                await RedisTruth.AssertEqualsAsync(mas.Redis.Database, walker.Client);
            });
        }
    }
}
