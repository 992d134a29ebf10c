using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Mas.Tests.Queues;

/// <summary>What workers from before claim lists leave, and such workers beside newer ones.</summary>
public sealed class OldClaimsTests(RedisFixture fixture) : ConsumerTests(fixture)
{
    private const string Old = "host-123-abcdef01.1";

    private string Takers => $"{{inbox:{Endpoint}}}:takers";

    [Fact]
    public async Task Entries_TakenByAnOldWorker_AreRedeliveredFirstInTheOrderInWhichTheyWereTaken()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        // The worker itself, then its lists by when it used each: five in turn. An earlier worker's score is 10,000,000,000 lower, since it was evicted.
        await Database.SortedSetAddAsync(Takers,
        [
            new("host-122-abcdef00.1+5", now - 10_000_000_007.5), new(Old, now), new($"{Old}+2", now + 0.5), new($"{Old}+3", now + 0.50001), new($"{Old}+1", now + 0.50002),
        ]);
        await TakeAsync("host-122-abcdef00.1+5", "a 0");
        await TakeAsync($"{Old}+2", "a 1", "a 2");
        await TakeAsync($"{Old}+3", "a 3");
        await TakeAsync($"{Old}+1", "a 4", "a 5");
        await SendAsync(["a 6"]);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 7);

        Assert.Equal([("a 0", true), ("a 1", true), ("a 2", true), ("a 3", true), ("a 4", true), ("a 5", true), ("a 6", Redis.MayFailOver)], handler.Handled);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Entries_TakenByAnOldWorker_AreRedeliveredOnceMoreWhenTheNextWorkerDiesWithThem()
    {
        await Database.SortedSetAddAsync(Takers, [new(Old, 1000), new($"{Old}+1", 1000.5)]);
        await TakeAsync($"{Old}+1", "a 0", "a away");
        var handler = new Record(NewProducer(), Letters());

        // "away" fails the batch once.
        await RunUntilAsync(handler, () => handler.Handled.Count == 3);

        Assert.Equal([("a 0", true), ("a 0", true), ("a away", true)], handler.Handled);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task OldHolder_ThatMayOnlyBePaused_IsEvicted()
    {
        await using var paused = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = Server.Endpoint }, NullLogger.Instance, CancellationToken.None);
        var connections = Server.Clients(paused.ClientName);
        await Database.SortedSetAddAsync(Takers, $"{paused.ClientName}.1", DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        IEnumerable<string>? left = null;
        var handler = new Record(NewProducer(), Letters()) { Beginning = () => left = Server.Clients(paused.ClientName).Intersect(connections) };

        await RunUntilAsync(handler, () => handler.Epoch > 0);

        Assert.NotEmpty(connections);
        Assert.Empty(left!);
    }

    [Fact]
    public async Task OldWorker_WhereClaimsMayBeThatItDoesNotSee_FailsBeforeItTakesAnything()
    {
        await SendAsync(["a 0"]);
        var handler = new Record(NewProducer(), Letters());
        using var consumer = Consumer(handler);
        await consumer.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync(() => !handler.Handled.IsEmpty, "the newer worker consumes");

        // As when the newer one has died.
        Assert.StartsWith("WRONGTYPE", (await Assert.ThrowsAsync<RedisServerException>(EnterAsync)).Message, StringComparison.Ordinal);
        await consumer.StopAsync(CancellationToken.None);

        // It has left in order: nothing is claimed.
        await EnterAsync();
        Assert.Equal(1, await Database.SortedSetLengthAsync(Takers));
    }

    /// <summary>The first that an old worker writes under its lease.</summary>
    private Task EnterAsync() => Database.SortedSetAddAsync(Takers, Old, DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    private Task<long> TakeAsync(string taker, params string[] texts) =>
        Database.ListLeftPushAsync($"{{inbox:{Endpoint}}}:taken:{taker}", Array.ConvertAll(texts, text => (RedisValue)text));
}
