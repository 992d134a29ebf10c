using System.Globalization;
using System.Text;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Queues;

/// <summary>What the producer promises to a worker.</summary>
public sealed class InboxConsumerTests(RedisFixture fixture) : ConsumerTests(fixture)
{
    [Fact]
    public async Task Entries_OfOneKey_AreHandledInTheOrderSent()
    {
        await SendAsync(Enumerable.Range(0, 2000).Select(i => $"a {i}"));
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 2000);

        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"a {i}"), handler.Handled.Select(work => work.Text));
        Assert.All(handler.Handled, work => Assert.False(work.Redelivered));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Entries_OfManyBatches_AreHandledInTheOrderSent()
    {
        var entries = Enumerable.Range(0, 1000).Select(i => $"a {i}").ToList();
        await SendAsync(entries);
        var handler = new Record(NewProducer(), Letters());

        // More than a batch is cut; what is left of it at the end is not.
        await RunUntilAsync(handler, () => handler.Handled.Count == 1000, batchSize: 70);

        Assert.Equal(entries, handler.Handled.Select(work => work.Text));
        Assert.All(handler.Handled, work => Assert.False(work.Redelivered));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Entries_ClaimedWhileRedisForgetsTheScripts_AreHandledOnce()
    {
        await using var server = await RedisServer.StartAsync();
        await using var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = server.Endpoint }, NullLogger.Instance, CancellationToken.None);
        var producer = new InboxProducer(redis, TimeProvider.System);
        var handler = new Record(producer, Letters());
        using var consumer = new InboxWorker(redis, Endpoint, 0, handler.NewHandler, Record.RouteOf, Options, TimeProvider.System, NullLogger<InboxWorker>.Instance);
        await consumer.StartAsync(CancellationToken.None);

        for (var i = 0; i < 20; i++)
        {
            await server.Database.ExecuteAsync("SCRIPT", "FLUSH");
            await producer.SendAsync(Endpoint, "a", Encoding.UTF8.GetBytes($"a {i}"));
            await Eventually.HoldsAsync(() => handler.Handled.Count == i + 1, $"entry {i} is handled");
        }

        await consumer.StopAsync(CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => ($"a {i}", false)), handler.Handled);
    }

    [Fact]
    public async Task Entry_ThatFailsThreeTimes_IsDeadLetteredAndDoesNotStopTheOthers()
    {
        await SendAsync(["a 1", "a poison", "a 2", "b 1"]);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 3 && handler.Failed.Count == 1);

        Assert.Equal(["a 1", "a 2", "b 1"], handler.Handled.Select(work => work.Text).Order(StringComparer.Ordinal));
        Assert.Equal(3, handler.PoisonAttempts);
        var letter = JObject.Parse((await Database.ListGetByIndexAsync($"inbox:{Endpoint}:dead", 0))!);
        Assert.Equal("a poison", letter.Value<string>("entry"));
        Assert.Contains("poisoned", letter.Value<string>("error")!, StringComparison.Ordinal);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Entry_ThatCannotBeRead_IsDeadLettered()
    {
        await SendAsync(["garbage", "a 1"]);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 1);

        Assert.Equal(1, await Database.ListLengthAsync($"inbox:{Endpoint}:dead"));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Keys_OfOneBatch_RunConcurrently()
    {
        await SendAsync(["a wait", "b go"]);
        var handler = new Record(NewProducer(), Letters());

        // The first key waits for the second: were they run one after the other, this would never end.
        await RunUntilAsync(handler, () => handler.Handled.Count == 2);

        Assert.Equal(["b go", "a wait"], handler.Handled.Select(work => work.Text));
    }

    [Fact]
    public async Task Batch_InFlight_BlocksOnlyItsOwnKeys()
    {
        await SendAsync(["a wait", "b go"]);
        var handler = new Record(NewProducer(), Letters());

        // The first batch waits for the second: were they handled one after the other, this would never end.
        await RunUntilAsync(handler, () => handler.Handled.Count == 2, batchSize: 1);

        Assert.Equal([("b go", false), ("a wait", false)], handler.Handled);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Key_OfABatchInFlight_ContinuesInALaterOneOnlyBehindIt()
    {
        await SendAsync(["a wait", "b 2", "a 3"]);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 3, batchSize: 1, meanwhile: async () =>
        {
            await AllAreClaimedAsync();
            await Eventually.HoldsAsync(() => handler.Handled.Any(work => work.Text == "b 2"), "what is of another key goes on");
            handler.Go();
        });

        Assert.Equal(["b 2", "a wait", "a 3"], handler.Handled.Select(work => work.Text));
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("a wait", "b barrier")]
    [InlineData("a barrier wait", "b 2")]
    [InlineData("a barrier wait", "b barrier", "c 3")]
    public async Task Batch_WithABarrier_IsNotInHandTogetherWithAnother(params string[] entries)
    {
        await SendAsync(entries);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == entries.Length, batchSize: 1, meanwhile: async () =>
        {
            await AllAreClaimedAsync();
            Assert.Empty(handler.Handled);
            handler.Go();
        });

        Assert.Equal(entries, handler.Handled.Select(work => work.Text));
    }

    [Fact]
    public async Task Batches_BehindABarrier_AllWaitForIt()
    {
        await SendAsync(["a barrier wait", "b 2", "c 3"]);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 3, batchSize: 1, meanwhile: async () =>
        {
            await AllAreClaimedAsync();
            Assert.Empty(handler.Handled);
            handler.Go();
        });

        Assert.Equal("a barrier wait", handler.Handled.First().Text);
    }

    [Fact]
    public async Task BatchesInHand_AreFourAtMost()
    {
        await SendAsync(["a wait", "b wait", "c wait", "d wait", "e 5", "f 6"]);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 6, batchSize: 1, meanwhile: async () =>
        {
            // The fifth is claimed and read, and no more.
            await Eventually.HoldsAsync(async () => await Database.ListLengthAsync($"inbox:{Endpoint}") == 1, "five are claimed");
            Assert.Empty(handler.Handled);
            handler.Go();
        });

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Batches_InHandWhileNothingComesForLong_AreClaimedOnceAndHoldNothingUp()
    {
        await using var server = await RedisServer.StartAsync();
        await using var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = server.Endpoint }, NullLogger.Instance, CancellationToken.None);
        var producer = new InboxProducer(redis, TimeProvider.System);
        var handler = new Record(producer, Letters());
        using var consumer = new InboxWorker(
            redis, Endpoint, 0, handler.NewHandler, Record.RouteOf, new WorkerOptions { LeaseMilliseconds = Options.LeaseMilliseconds, BatchSize = 1 }, TimeProvider.System, NullLogger<InboxWorker>.Instance);
        foreach (var entry in (string[])["a wait", "b wait", "c wait"])
            await producer.SendAsync(Endpoint, entry[..1], Encoding.UTF8.GetBytes(entry));
        await consumer.StartAsync(CancellationToken.None);

        // Three waits brought an entry each. Each one behind them lasts a second.
        await Eventually.HoldsAsync(async () => await WaitsAsync(server) >= 3 + 3, "nothing has come twice");
        await producer.SendAsync(Endpoint, "d", Encoding.UTF8.GetBytes("d go"));

        await Eventually.HoldsAsync(() => handler.Handled.Count >= 4, "all are handled");
        await consumer.StopAsync(CancellationToken.None);
        Assert.Equal(("d go", false), handler.Handled.First());
        Assert.Equal([("a wait", false), ("b wait", false), ("c wait", false)], handler.Handled.Skip(1).Order());
    }

    [Fact]
    public async Task Batch_ThatFailsWhenTheNextHasBegun_ComesAgainAheadOfIt()
    {
        await SendAsync(["a wait", "a away", "a 3"]);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 4, batchSize: 2, meanwhile: async () =>
        {
            await AllAreClaimedAsync();
            handler.Go();
        });

        Assert.Equal([("a wait", false), ("a wait", true), ("a away", true), ("a 3", true)], handler.Handled);
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("misrouted")]
    [InlineData("unreadable")]
    public async Task Batch_WhoseEntryCannotBePassedOn_EndsWhenNothingOfItIsUnderWay(string other)
    {
        var partition = new InboxPartition(Endpoint, 0, 2);
        var keys = Enumerable.Range(0, 100).Select(i => $"key{i}").ToLookup(partition.Owns);
        string[] entries = [$"{keys[true].First()} wait", other == "misrouted" ? $"{keys[false].First()} 2" : "unreadable"];
        var lease = (await Lease.TryAcquireAsync(Redis, Endpoint, "worker", TimeSpan.FromMinutes(1), TimeProvider.System))!;
        await using var closed = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = Server.Endpoint }, NullLogger.Instance, CancellationToken.None);
        await closed.DisposeAsync();
        var letters = new DeadLetters(closed, Options, TimeProvider.System, NullLogger<DeadLetters>.Instance);
        var record = new Record(NewProducer(), letters);
        await using var handler = record.NewHandler(new PartitionLease(lease, partition, CancellationToken.None));
        await lease.ReleaseAsync();

        var handling = handler.Prepare([.. entries.Select(entry => new InboxEntry(Encoding.UTF8.GetBytes(entry), Redelivered: false))])();

        Assert.Equal(1, record.Begun);
        Assert.False(handling.IsCompleted);
        record.Go();
        await Assert.ThrowsAnyAsync<Exception>(() => handling);
        Assert.Equal([entries[0]], record.Handled.Select(work => work.Text));
    }

    /// <summary>How often consumers have begun to wait for entries.</summary>
    private static async Task<int> WaitsAsync(RedisServer server)
    {
        var stats = (string)(await server.Database.ExecuteAsync("INFO", "commandstats"))!;
        var begin = stats.IndexOf("cmdstat_blmove:calls=", StringComparison.Ordinal);
        return begin < 0 ? 0 : int.Parse(stats[(begin + "cmdstat_blmove:calls=".Length)..].Split(',')[0], CultureInfo.InvariantCulture);
    }

    private Task AllAreClaimedAsync() =>
        Eventually.HoldsAsync(async () => await Database.ListLengthAsync($"inbox:{Endpoint}") == 0, "all are claimed");
}
