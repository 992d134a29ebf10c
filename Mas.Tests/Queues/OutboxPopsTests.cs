using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Mas.Tests.Queues;

/// <summary>Outboxes that are popped together, few or many.</summary>
public sealed class OutboxPopsTests(RedisFixture fixture) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private readonly string _name = Guid.NewGuid().ToString("N");
    private RedisConnection _redis = null!;

    public async ValueTask InitializeAsync() =>
        _redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = fixture.Redis.Endpoint }, NullLogger.Instance, CancellationToken.None);

    public async ValueTask DisposeAsync() => await _redis.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(30)]
    public async Task Pop_OfEach_BringsItsOldestInTheirOrder(int outboxes)
    {
        for (var i = 0; i < outboxes; i++)
            await PushAsync(i, Enumerable.Range(0, i == 0 ? OutboxPops.Most + 2 : i % 3).Select(entry => $"{i} {entry}"));

        var pops = new OutboxPops(_redis, outboxes);
        var popping = Enumerable.Range(0, outboxes).Select(i => pops.PopAsync(Outbox(i))).ToList();
        pops.Execute();
        var popped = await Task.WhenAll(popping);

        for (var i = 0; i < outboxes; i++)
        {
            var most = i == 0 ? pops.MaxOfEach : i % 3;
            Assert.Equal(most == 0, popped[i].IsNull);
            Assert.Equal(Enumerable.Range(0, most).Select(entry => $"{i} {entry}"), popped[i].IsNull ? [] : (string[])popped[i]!);
        }
        Assert.Equal(OutboxPops.Most + 2 - pops.MaxOfEach, await fixture.Redis.Database.ListLengthAsync(Outbox(0)));
        Assert.Single(fixture.Redis.Keys($"outbox:{_name}:*"));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(30)]
    public async Task Pop_OfAKeyThatIsNoList_FailsForThatOneOnly(int outboxes)
    {
        await fixture.Redis.Database.StringSetAsync(Outbox(0), "not a list");
        for (var i = 1; i < outboxes; i++)
            await PushAsync(i, ["entry"]);
        var pops = new OutboxPops(_redis, outboxes);
        var popping = Enumerable.Range(0, outboxes).Select(i => pops.PopAsync(Outbox(i))).ToList();
        pops.Execute();

        var error = await Assert.ThrowsAsync<RedisServerException>(async () => _ = (RedisValue[])(await popping[0])!);
        Assert.Equal(RedisErrorKind.WrongType, error.Kind);

        foreach (var popped in await Task.WhenAll(popping.Skip(1)))
            Assert.Equal(["entry"], (string[])popped!);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(30)]
    public async Task Pop_WhenRedisTakesNoWrites_FailsForEachAsAway(int outboxes)
    {
        await using var server = await RedisServer.StartAsync();
        await using var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = server.Endpoint }, NullLogger.Instance, CancellationToken.None);
        await server.Database.ListLeftPushAsync(Outbox(0), "entry");
        await server.Database.ExecuteAsync("CONFIG", "SET", "min-replicas-to-write", "1");
        var pops = new OutboxPops(redis, outboxes);
        var popping = Enumerable.Range(0, outboxes).Select(i => pops.PopAsync(Outbox(i))).ToList();
        pops.Execute();

        foreach (var pop in popping)
            Assert.True(RedisErrors.IsAway(await Assert.ThrowsAsync<RedisServerException>(() => pop)));
        Assert.Equal(1, await server.Database.ListLengthAsync(Outbox(0)));
    }

    private RedisKey Outbox(int number) => $"outbox:{_name}:{number}";

    private async Task PushAsync(int outbox, IEnumerable<string> entries)
    {
        foreach (var entry in entries)
            await fixture.Redis.Database.ListLeftPushAsync(Outbox(outbox), entry);
    }
}
