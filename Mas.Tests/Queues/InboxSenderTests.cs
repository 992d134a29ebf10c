using System.Text;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Queues;

/// <summary>Who waits for whom on the way to an inbox.</summary>
public sealed class InboxSenderTests : IAsyncLifetime
{
    private const string Endpoint = "senders";
    private RedisServer _server = null!;
    private TcpProxy _proxy = null!;
    private RedisConnection _redis = null!;
    private InboxProducer _producer = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = TcpProxy.To(() => _server.Port);
        _redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = _proxy.Endpoint }, NullLogger.Instance, CancellationToken.None);
        _producer = new InboxProducer(_redis, TimeProvider.System);
        // The layout is read, and the script known.
        await SendAsync("first", "route first");
        await _server.Database.KeyDeleteAsync($"inbox:{Endpoint}");
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Send_WhileAnothersIsUnderWay_GoesOutAtOnce()
    {
        _proxy.HoldBack();
        var before = UnderWay;

        var sending = new[] { SendAsync("a", "a 1"), SendAsync("b", "b 1"), SendAsync("c", "c 1") };

        await Eventually.HoldsAsync(() => UnderWay >= before + 3, "all three wait for Redis");
        _proxy.Flow();
        await Task.WhenAll(sending);
        Assert.Equal(["a 1", "b 1", "c 1"], (await EntriesAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Send_OfOneRouteWhileRedisForgetsTheScript_KeepsItsOrder()
    {
        var sent = new List<string>();
        for (var round = 0; round < 100; round++)
        {
            await _server.Database.ExecuteAsync("SCRIPT", "FLUSH");
            // Each is pushed a second time when Redis does not know the script; so none may overtake another of its route.
            var entries = Enumerable.Range(3 * round, 3).Select(i => $"a {i}").ToList();
            sent.AddRange(entries);
            await Task.WhenAll(entries.ConvertAll(entry => SendAsync("a", entry)));
        }

        Assert.Equal(sent, await EntriesAsync());
    }

    [Fact]
    public async Task Sends_ManyAtOnce_AreAllThereInTheOrderOfTheirRoutes()
    {
        _proxy.Delay = TimeSpan.FromMilliseconds(1);
        const int routes = 10, each = 100;

        await Task.WhenAll(Enumerable.Range(0, each).SelectMany(i => Enumerable.Range(0, routes).Select(route => SendAsync($"{route}", $"{route} {i}"))));

        var entries = await EntriesAsync();
        Assert.Equal(routes * each, entries.Count);
        foreach (var ofOne in entries.GroupBy(entry => entry[0]))
            Assert.Equal(Enumerable.Range(0, each).Select(i => $"{ofOne.Key} {i}"), ofOne);
    }

    /// <summary>How many commands wait for their answers.</summary>
    private int UnderWay => _redis.Counters.Interactive.TotalOutstanding;

    private Task SendAsync(string route, string entry) => _producer.SendAsync(Endpoint, route, Encoding.UTF8.GetBytes(entry));

    private async Task<List<string>> EntriesAsync() =>
        (await _server.Database.ListRangeAsync($"inbox:{Endpoint}")).Reverse().Select(entry => entry.ToString()).ToList();
}
