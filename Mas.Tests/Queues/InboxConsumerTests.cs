using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Queues;

/// <summary>What the producer promises to a worker.</summary>
public sealed class InboxConsumerTests(RedisFixture fixture) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    // Nothing here waits for its end; and a lease that ends since the machine is busy would have entries come again.
    private static readonly WorkerOptions Options = new() { LeaseMilliseconds = 10_000 };
    private readonly string _endpoint = "test" + Guid.NewGuid().ToString("N")[..8];
    private RedisConnection _redis = null!;

    private StackExchange.Redis.IDatabase Database => fixture.Redis.Database;

    public async ValueTask InitializeAsync() =>
        _redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = fixture.Redis.Endpoint }, NullLogger.Instance, CancellationToken.None);

    public async ValueTask DisposeAsync() => await _redis.DisposeAsync();

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
    public async Task Entries_LeftTakenByADeadWorker_ComeFirstAndMarkedAsRedelivered()
    {
        await Database.SortedSetAddAsync($"{{inbox:{_endpoint}}}:takers", "dead-1", DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        foreach (var text in new[] { "a 0", "a 1" })
            await Database.ListLeftPushAsync($"{{inbox:{_endpoint}}}:taken:dead-1", text);
        await SendAsync(["a 2"]);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 3);

        Assert.Equal([("a 0", true), ("a 1", true), ("a 2", false)], handler.Handled);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Entries_LeftTakenInSeveralBatches_ComeInTheOrderInWhichTheyWereTaken()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        // In one millisecond, and so as near to each other as a worker takes.
        foreach (var (taker, at, texts) in new[] { ("dead.1+2", 0.5, "a 0,a 1"), ("dead.1+3", 0.50001, "a 2"), ("dead.1+1", 0.50002, "a 3,a 4") })
        {
            await Database.SortedSetAddAsync($"{{inbox:{_endpoint}}}:takers", taker, now + at);
            foreach (var text in texts.Split(','))
                await Database.ListLeftPushAsync($"{{inbox:{_endpoint}}}:taken:{taker}", text);
        }
        await SendAsync(["a 5"]);
        // A first holder cuts the dead one off, and dies itself before it has done anything.
        var first = new Record(NewProducer(), Letters()) { Beginning = () => throw new TimeoutException("Redis is away") };
        using (var consumer = Consumer(first))
        {
            await consumer.StartAsync(CancellationToken.None);
            await Eventually.HoldsAsync(async () => (await Database.SortedSetScoreAsync($"{{inbox:{_endpoint}}}:takers", "dead.1+1")) < 0, "the dead worker is cut off");
            await consumer.StopAsync(CancellationToken.None);
        }
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 6);

        Assert.Equal([("a 0", true), ("a 1", true), ("a 2", true), ("a 3", true), ("a 4", true), ("a 5", false)], handler.Handled);
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
    public async Task Entries_TakenWhileRedisForgetsTheScripts_AreHandledOnce()
    {
        await using var server = await RedisServer.StartAsync();
        await using var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = server.Endpoint }, NullLogger.Instance, CancellationToken.None);
        var producer = new InboxProducer(redis, TimeProvider.System);
        var handler = new Record(producer, Letters());
        using var consumer = new InboxWorker(redis, _endpoint, 0, handler.NewHandler, Record.RouteOf, Options, TimeProvider.System, NullLogger<InboxWorker>.Instance);
        await consumer.StartAsync(CancellationToken.None);

        for (var i = 0; i < 20; i++)
        {
            await server.Database.ExecuteAsync("SCRIPT", "FLUSH");
            await producer.SendAsync(_endpoint, "a", Encoding.UTF8.GetBytes($"a {i}"));
            await Eventually.HoldsAsync(() => handler.Handled.Count == i + 1, $"entry {i} is handled");
        }

        await consumer.StopAsync(CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => ($"a {i}", false)), handler.Handled);
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(5, 2)]
    public async Task Take_ByAHolderThatWasOvertaken_IsRefusedAndMovesNothing(int waiting, int most)
    {
        await SendAsync(Enumerable.Range(0, waiting).Select(i => $"a {i}"));
        var lease = (await Lease.TryAcquireAsync(_redis, _endpoint, "paused", TimeSpan.FromMinutes(1), TimeProvider.System))!;
        await Database.StringSetAsync($"{{inbox:{_endpoint}}}:fence", lease.Epoch + 1);

        await Assert.ThrowsAsync<LeaseLostException>(() => TakeAsync(lease, most));

        Assert.Equal(waiting, await Database.ListLengthAsync($"inbox:{_endpoint}"));
        Assert.Empty(fixture.Redis.Keys($"{{inbox:{_endpoint}}}:taken:*"));
    }

    [Fact]
    public async Task Take_ThatAFormerHolderSentAhead_IsRefusedOnceTheNextHandlesAnything()
    {
        // It may stand behind a wait on a connection that Redis still serves, whatever has become of the process.
        var former = (await Lease.TryAcquireAsync(_redis, _endpoint, "former", TimeSpan.FromMinutes(1), TimeProvider.System))!;
        // Below zero: as if its other connections had been ended before.
        await Database.SortedSetAddAsync($"{{inbox:{_endpoint}}}:takers", "former", -1);
        await Database.ListLeftPushAsync($"{{inbox:{_endpoint}}}:taken:former", "a wait");
        await Database.KeyDeleteAsync($"lease:{_endpoint}");
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 2, meanwhile: async () =>
        {
            await Eventually.HoldsAsync(() => handler.Begun > 0, "what was left is in hand");
            await SendAsync(["a 2"]);
            await Assert.ThrowsAsync<LeaseLostException>(() => TakeAsync(former, 10));
            handler.Go();
        });

        Assert.Equal([("a wait", true), ("a 2", false)], handler.Handled);
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(5, 2)]
    public async Task Take_WhenTheListIsNotEmpty_MovesNothing(int waiting, int most)
    {
        await SendAsync(Enumerable.Range(0, waiting).Select(i => $"a {i}"));
        await Database.ListLeftPushAsync($"{{inbox:{_endpoint}}}:taken:w+1", "a taken");
        var lease = (await Lease.TryAcquireAsync(_redis, _endpoint, "w", TimeSpan.FromMinutes(1), TimeProvider.System))!;

        var refusal = await Assert.ThrowsAsync<StackExchange.Redis.RedisServerException>(() => TakeAsync(lease, most));

        Assert.StartsWith("HELD", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(waiting, await Database.ListLengthAsync($"inbox:{_endpoint}"));
        Assert.Equal("a taken", (string?)await Database.ListGetByIndexAsync($"{{inbox:{_endpoint}}}:taken:w+1", 0));
    }

    [Fact]
    public async Task Entry_ThatFailsThreeTimes_IsPutAwayAndDoesNotStopTheOthers()
    {
        await SendAsync(["a 1", "a poison", "a 2", "b 1"]);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 3 && handler.Failed.Count == 1);

        Assert.Equal(["a 1", "a 2", "b 1"], handler.Handled.Select(work => work.Text).Order(StringComparer.Ordinal));
        Assert.Equal(3, handler.PoisonAttempts);
        var letter = JObject.Parse((await Database.ListGetByIndexAsync($"inbox:{_endpoint}:dead", 0))!);
        Assert.Equal("a poison", letter.Value<string>("entry"));
        Assert.Contains("poisoned", letter.Value<string>("error")!, StringComparison.Ordinal);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Entry_ThatCannotBeRead_IsPutAway()
    {
        await SendAsync(["garbage", "a 1"]);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 1);

        Assert.Equal(1, await Database.ListLengthAsync($"inbox:{_endpoint}:dead"));
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Standby_WhenTheHolderStops_TakesOverAtOnce()
    {
        var first = new Record(NewProducer(), Letters());
        var second = new Record(NewProducer(), Letters());
        using var one = Consumer(first);
        using var two = Consumer(second);
        await one.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync(() => first.Epoch > 0, "the first holds the lease");
        await two.StartAsync(CancellationToken.None);
        await SendAsync(["a 1"]);
        await Eventually.HoldsAsync(() => first.Handled.Count == 1, "the first handles");

        await one.StopAsync(CancellationToken.None);
        await SendAsync(["a 2"]);
        await Eventually.HoldsAsync(() => second.Handled.Count == 1, "the second handles");
        await two.StopAsync(CancellationToken.None);

        Assert.True(second.Epoch > first.Epoch);
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NewHolder_BeforeItHandlesAnything_EndsTheConnectionsOfTheOnesBefore(bool isCluster)
    {
        await using TestRedis server = isCluster ? await RedisCluster.StartAsync() : await RedisServer.StartAsync();
        var options = new RedisOptions { Endpoint = server.Endpoint };
        await using var frozen = await RedisConnection.ConnectAsync(options, NullLogger.Instance, CancellationToken.None);
        await using var next = await RedisConnection.ConnectAsync(options, NullLogger.Instance, CancellationToken.None);
        var ended = server.Clients(frozen.ClientName);
        await server.Database.SortedSetAddAsync($"{{inbox:{_endpoint}}}:takers", $"{frozen.ClientName}.1", DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        IEnumerable<string>? left = null;
        var handler = new Record(new InboxProducer(next, TimeProvider.System), Letters()) { Beginning = () => left = server.Clients(frozen.ClientName).Intersect(ended) };

        using var consumer = new InboxWorker(next, _endpoint, 0, handler.NewHandler, Record.RouteOf, Options, TimeProvider.System, NullLogger<InboxWorker>.Instance);
        await consumer.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync(() => handler.Epoch > 0, "the next holder begins");
        await consumer.StopAsync(CancellationToken.None);

        // Of each master.
        Assert.Equal(isCluster ? RedisCluster.Shards : 1, ended.Count);
        Assert.Empty(left!);
        // Who was only paused goes on, with other connections.
        for (var i = 0; i < 20; i++)
            await Eventually.PassesAsync(() => frozen.Database.StringSetAsync($"{_endpoint}{i}", "value"));
    }

    [Fact]
    public async Task NewHolder_OfAnInboxWhoseFormerHolderWasCutOffBefore_LeavesItsConnections()
    {
        await using var server = await RedisServer.StartAsync();
        var options = new RedisOptions { Endpoint = server.Endpoint };
        await using var former = await RedisConnection.ConnectAsync(options, NullLogger.Instance, CancellationToken.None);
        await using var next = await RedisConnection.ConnectAsync(options, NullLogger.Instance, CancellationToken.None);
        await server.Database.SortedSetAddAsync($"{{inbox:{_endpoint}}}:takers", $"{former.ClientName}.1", DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        await HoldOnceAsync(() => { });
        await Eventually.PassesAsync(() => former.Database.PingAsync());
        var again = server.Clients(former.ClientName);
        IEnumerable<string>? left = null;

        await HoldOnceAsync(() => left = server.Clients(former.ClientName));

        Assert.NotEmpty(again);
        Assert.Equal(again.Order(), left!.Order());

        async Task HoldOnceAsync(Action beginning)
        {
            var handler = new Record(new InboxProducer(next, TimeProvider.System), Letters()) { Beginning = beginning };
            using var consumer = new InboxWorker(next, _endpoint, 0, handler.NewHandler, Record.RouteOf, Options, TimeProvider.System, NullLogger<InboxWorker>.Instance);
            await consumer.StartAsync(CancellationToken.None);
            await Eventually.HoldsAsync(() => handler.Epoch > 0, "it holds the lease");
            await consumer.StopAsync(CancellationToken.None);
        }
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
            await AllAreTakenAsync();
            await Eventually.HoldsAsync(() => handler.Handled.Any(work => work.Text == "b 2"), "what is of another key goes on");
            handler.Go();
        });

        Assert.Equal(["b 2", "a wait", "a 3"], handler.Handled.Select(work => work.Text));
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData("a wait", "b alone")]
    [InlineData("a alone wait", "b 2")]
    [InlineData("a alone wait", "b alone", "c 3")]
    public async Task Batch_WithAMessageThatStandsAlone_IsNotInHandTogetherWithAnother(params string[] entries)
    {
        await SendAsync(entries);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == entries.Length, batchSize: 1, meanwhile: async () =>
        {
            await AllAreTakenAsync();
            Assert.Empty(handler.Handled);
            handler.Go();
        });

        Assert.Equal(entries, handler.Handled.Select(work => work.Text));
    }

    [Fact]
    public async Task Batches_BehindOneThatStandsAlone_AllWaitForIt()
    {
        await SendAsync(["a alone wait", "b 2", "c 3"]);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 3, batchSize: 1, meanwhile: async () =>
        {
            await AllAreTakenAsync();
            Assert.Empty(handler.Handled);
            handler.Go();
        });

        Assert.Equal("a alone wait", handler.Handled.First().Text);
    }

    [Fact]
    public async Task BatchesInHand_AreFourAtMost()
    {
        await SendAsync(["a wait", "b wait", "c wait", "d wait", "e 5", "f 6"]);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 6, batchSize: 1, meanwhile: async () =>
        {
            // The fifth is taken and read, and no more.
            await Eventually.HoldsAsync(async () => await Database.ListLengthAsync($"inbox:{_endpoint}") == 1, "five are taken");
            Assert.Empty(handler.Handled);
            handler.Go();
        });

        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Batches_InHandWhileNothingComesForLong_AreTakenOnceAndHoldNothingUp()
    {
        await using var server = await RedisServer.StartAsync();
        await using var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = server.Endpoint }, NullLogger.Instance, CancellationToken.None);
        var producer = new InboxProducer(redis, TimeProvider.System);
        var handler = new Record(producer, Letters());
        using var consumer = new InboxWorker(
            redis, _endpoint, 0, handler.NewHandler, Record.RouteOf, new WorkerOptions { LeaseMilliseconds = Options.LeaseMilliseconds, BatchSize = 1 }, TimeProvider.System, NullLogger<InboxWorker>.Instance);
        foreach (var entry in (string[])["a wait", "b wait", "c wait"])
            await producer.SendAsync(_endpoint, entry[..1], Encoding.UTF8.GetBytes(entry));
        await consumer.StartAsync(CancellationToken.None);

        // Three waits brought an entry each. Each one behind them lasts a second: as many lists as there are would have had their turn.
        await Eventually.HoldsAsync(async () => await WaitsAsync(server) >= 3 + 3, "nothing has come twice");
        await producer.SendAsync(_endpoint, "d", Encoding.UTF8.GetBytes("d go"));

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
            await AllAreTakenAsync();
            handler.Go();
        });

        Assert.Equal([("a wait", false), ("a wait", true), ("a away", true), ("a 3", true)], handler.Handled);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Batch_WhoseAnswerIsLostWithAConnection_IsLeftBehindAndComesAgain()
    {
        await using var server = await RedisServer.StartAsync();
        await using var redis = await RedisConnection.ConnectAsync(
            new RedisOptions { Endpoint = server.Endpoint, TimeoutMilliseconds = 500 }, NullLogger.Instance, CancellationToken.None);
        var producer = new InboxProducer(redis, TimeProvider.System);
        var handler = new Record(producer, Letters());
        using var consumer = new InboxWorker(redis, _endpoint, 0, handler.NewHandler, Record.RouteOf, Options, TimeProvider.System, NullLogger<InboxWorker>.Instance);
        await producer.SendAsync(_endpoint, "a", Encoding.UTF8.GetBytes("a lost"));
        await consumer.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync(() => handler.IsLost, "it waits");

        await server.Database.ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");

        // Its lease is renewed all the while: nobody else would take the inbox.
        await Eventually.HoldsAsync(() => !handler.Handled.IsEmpty, "it is handled again");
        await consumer.StopAsync(CancellationToken.None);
        Assert.Equal([("a lost", true)], handler.Handled);
    }

    private async Task SendAsync(IEnumerable<string> entries)
    {
        var producer = NewProducer();
        foreach (var entry in entries)
            await producer.SendAsync(_endpoint, entry.Split(' ')[0], Encoding.UTF8.GetBytes(entry));
    }

    private Task<StackExchange.Redis.RedisResult> TakeAsync(Lease lease, int most) => new FencingToken(_redis, lease).RunAsync(
        LuaScripts.InboxTake, RedisKeys.Inbox(_endpoint), [most, "w+1", 1], RedisKeys.InboxTaken(_endpoint, "w+1"), RedisKeys.InboxTakers(_endpoint));

    /// <summary>How often consumers have begun to wait for entries.</summary>
    private static async Task<int> WaitsAsync(RedisServer server)
    {
        var stats = (string)(await server.Database.ExecuteAsync("INFO", "commandstats"))!;
        var begin = stats.IndexOf("cmdstat_blmove:calls=", StringComparison.Ordinal);
        return begin < 0 ? 0 : int.Parse(stats[(begin + "cmdstat_blmove:calls=".Length)..].Split(',')[0], CultureInfo.InvariantCulture);
    }

    private Task AllAreTakenAsync() =>
        Eventually.HoldsAsync(async () => await Database.ListLengthAsync($"inbox:{_endpoint}") == 0, "all are taken");

    private DeadLetters Letters() => new(_redis, Options, TimeProvider.System, NullLogger<DeadLetters>.Instance);

    private InboxProducer NewProducer() => new(_redis, TimeProvider.System);

    private InboxWorker Consumer(Record handler, int batchSize = 2000) =>
        new(_redis, _endpoint, 0, handler.NewHandler, Record.RouteOf, new WorkerOptions { LeaseMilliseconds = Options.LeaseMilliseconds, BatchSize = batchSize }, TimeProvider.System, NullLogger<InboxWorker>.Instance);

    private async Task RunUntilAsync(Record handler, Func<bool> done, int batchSize = 2000, Func<Task>? meanwhile = null)
    {
        using var consumer = Consumer(handler, batchSize);
        await consumer.StartAsync(CancellationToken.None);
        if (meanwhile is not null)
            await meanwhile();
        await Eventually.HoldsAsync(done, "the entries are handled");
        await consumer.StopAsync(CancellationToken.None);
    }

    private async Task NothingIsLeftAsync()
    {
        Assert.Equal(0, await Database.ListLengthAsync($"inbox:{_endpoint}"));
        Assert.Empty(fixture.Redis.Keys($"{{inbox:{_endpoint}}}:taken:*"));
        Assert.False(await Database.KeyExistsAsync($"lease:{_endpoint}"));
    }

    /// <summary>Reads "key text"; "poison" fails, "away" fails once as when Redis is away, "lost" once waits for ever as for an answer that was lost, "wait" waits until another key said "go".</summary>

    /// <summary>What was handled under any lease. Entries are "key text"; see <see cref="Recorder"/>.</summary>
    private sealed class Record(InboxProducer producer, DeadLetters letters)
    {
        private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _wasAway;
        private int _wasLost;
        private int _begun;
        private int _poisonAttempts;

        public ConcurrentQueue<(string Text, bool Redelivered)> Handled { get; } = new();

        public ConcurrentQueue<string> Failed { get; } = new();

        public int Begun => Volatile.Read(ref _begun);

        public int PoisonAttempts => _poisonAttempts;

        public bool IsLost => Volatile.Read(ref _wasLost) == 1;

        public long Epoch { get; private set; }

        public Action Beginning { get; init; } = () => { };

        public static string? RouteOf(byte[] json) => null;

        public Recorder NewHandler(PartitionLease lease) => new Recorder(lease, this, producer, letters);

        public void Begin(PartitionLease lease)
        {
            Beginning();
            Epoch = lease.Lease.Epoch;
        }

        public void Go() => _go.SetResult();

        /// <summary>
        /// "poison" fails, "away" fails once as when Redis is away, "lost" once waits for ever as for an answer that was lost, "wait" waits
        /// until another key said "go".
        /// </summary>
        public async Task HandleAsync(Work<string> work)
        {
            var text = work.Message;
            Interlocked.Increment(ref _begun);
            if (text.EndsWith("poison", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _poisonAttempts);
                throw new InvalidOperationException("poisoned");
            }
            if (text.EndsWith("away", StringComparison.Ordinal) && Interlocked.Exchange(ref _wasAway, 1) == 0)
                throw new TimeoutException("Redis is away");
            if (text.EndsWith("lost", StringComparison.Ordinal) && Interlocked.Exchange(ref _wasLost, 1) == 0)
                await new TaskCompletionSource().Task;
            if (text.EndsWith("wait", StringComparison.Ordinal))
                await _go.Task;
            Handled.Enqueue((text, work.Redelivered));
            if (text.EndsWith("go", StringComparison.Ordinal))
                Go();
        }
    }

    private sealed class Recorder(PartitionLease held, Record record, InboxProducer producer, DeadLetters letters)
        : PartitionedHandler<string>(held, producer, letters)
    {
        public override Task StartAsync()
        {
            record.Begin(Held);
            return Task.CompletedTask;
        }

        protected override (string? Message, string? Error) Read(byte[] json)
        {
            var text = Encoding.UTF8.GetString(json);
            return text.Contains(' ') ? (text, null) : (null, "no key");
        }

        protected override string OrderingKeyOf(string message) => message.Split(' ')[0];

        protected override bool Joins(string previous, string next) => false;

        protected override bool StandsAlone(string message) => message.Contains("alone", StringComparison.Ordinal);

        protected override Task HandleAsync(IReadOnlyList<Work<string>> run) => record.HandleAsync(run[0]);

        protected override Task FailAsync(string message)
        {
            record.Failed.Enqueue(message);
            return Task.CompletedTask;
        }
    }
}
