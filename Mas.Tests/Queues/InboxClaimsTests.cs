using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Mas.Tests.Queues;

/// <summary>What becomes of claims, and of holders, when another holds the lease.</summary>
public sealed class InboxClaimsTests(RedisFixture fixture) : ConsumerTests(fixture)
{
    [Fact]
    public async Task Entries_LeftClaimed_AreRedeliveredFirstInTheOrderInWhichTheyWereClaimed()
    {
        // By number: as text 10 comes before 9.
        foreach (var (claim, texts) in new[] { ("10:9", "a 3"), ("9:10", "a 2"), ("9:9", "a 0,a 1"), ("10:10", "a 4,a 5") })
            await Database.ListLeftPushAsync($"{{inbox:{Endpoint}}}:claim:{claim}", [.. texts.Split(',').Select(text => (RedisValue)text)]);
        await Database.HashSetAsync($"{{inbox:{Endpoint}}}:claims", [new("10", "8-10"), new("9", "9-10")]);
        await Database.StringSetAsync($"{{inbox:{Endpoint}}}:fence", 10);
        await SendAsync(["a 6"]);
        // A first holder dies before it has done anything.
        var first = new Record(NewProducer(), Letters()) { Beginning = () => throw new TimeoutException("Redis is away") };
        using (var consumer = Consumer(first))
        {
            await consumer.StartAsync(CancellationToken.None);
            await Eventually.HoldsAsync(() => first.Attempts > 0, "the first holder begins");
            await consumer.StopAsync(CancellationToken.None);
        }
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 7);

        Assert.Equal([("a 0", true), ("a 1", true), ("a 2", true), ("a 3", true), ("a 4", true), ("a 5", true), ("a 6", Redis.MayFailOver)], handler.Handled);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Entries_ThatAnEarlierHolderClaimsWhenTheNextConsumes_AreRedelivered()
    {
        // As when a replica took over that did not know the raised fence.
        var handler = new Record(NewProducer(), Letters());
        await SendAsync(["a 0"]);

        await RunUntilAsync(handler, () => handler.Handled.Count == 3, meanwhile: async () =>
        {
            await Eventually.HoldsAsync(() => handler.Handled.Count == 1, "it consumes");
            await Database.LeaveClaimAsync(Endpoint, "a 1");
            await Eventually.HoldsAsync(() => handler.Handled.Count == 2, "it is redelivered");
            await Database.LeaveClaimAsync(Endpoint, "a 2");
        });

        Assert.Equal([("a 0", false), ("a 1", true), ("a 2", true)], handler.Handled);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task Entries_WhoseClaimComesBackWhenItWasFinished_AreRedelivered()
    {
        // As when a replica took over that had not heard of the last writes.
        var handler = new Record(NewProducer(), Letters());
        await SendAsync(["a 0"]);

        await RunUntilAsync(handler, () => handler.Handled.Count == 4, meanwhile: async () =>
        {
            await Eventually.HoldsAsync(() => handler.Handled.Count == 1, "it consumes");
            await SendAsync(["a 1"]);
            await Eventually.HoldsAsync(() => handler.Handled.Count == 2 && Server.Keys($"{{inbox:{Endpoint}}}:claim:*").Count == 0, "both claims are finished");
            await Database.ListLeftPushAsync($"{{inbox:{Endpoint}}}:claim:{handler.Epoch}:1", "a 0");
            await Database.HashSetAsync($"{{inbox:{Endpoint}}}:claims", handler.Epoch, "1-1");
            await Eventually.HoldsAsync(() => handler.Handled.Count == 3, "it is redelivered");
            await SendAsync(["a 2"]);
        });

        // Where a replica may take over, what the inbox holds when the next lease begins may be such an entry, too.
        Assert.Equal([("a 0", false), ("a 1", false), ("a 0", true), ("a 2", Redis.MayFailOver && handler.Handled.Last().Redelivered)], handler.Handled);
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task Entries_ClaimedUnderAnEpochThatTheCounterHasNotReached_AreRedelivered(int ahead)
    {
        // As when a replica took over that had not heard of the last epochs, and the fence is gone. One ahead is the epoch of the next lease.
        var epoch = await Database.StringIncrementAsync("nextGlobalLeaseEpoch") + ahead;
        await Database.ListLeftPushAsync($"{{inbox:{Endpoint}}}:claim:{epoch}:1", "a 0");
        await Database.HashSetAsync($"{{inbox:{Endpoint}}}:claims", epoch, "1-1");
        await SendAsync(["a 1"]);
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 2);

        Assert.Equal([("a 0", true), ("a 1", Redis.MayFailOver)], handler.Handled);
        Assert.True(handler.Epoch > epoch);
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Inbox_WhoseFormerHolderDidNotLeave_IsRedeliveredWhereAReplicaMayHaveTakenOver(bool isCluster)
    {
        await using TestRedis server = isCluster ? await RedisCluster.StartAsync() : await RedisServer.StartAsync();
        await using var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = server.Endpoint }, NullLogger.Instance, CancellationToken.None);
        await server.Database.HashSetAsync($"{{inbox:{Endpoint}}}:holders", 0, "gone.1");
        await server.Database.ListLeftPushAsync($"inbox:{Endpoint}", ["a 0", "a 1"]);
        var handler = new Record(new InboxProducer(redis, TimeProvider.System), Letters());
        using var consumer = new InboxWorker(
            redis, Endpoint, 0, handler.NewHandler, Record.RouteOf, new WorkerOptions { LeaseMilliseconds = Options.LeaseMilliseconds, BatchSize = 1 }, TimeProvider.System, NullLogger<InboxWorker>.Instance);

        await consumer.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync(() => handler.Handled.Count == 2, "what the inbox held is handled");
        await server.Database.ListLeftPushAsync($"inbox:{Endpoint}", "a 2");
        await Eventually.HoldsAsync(() => handler.Handled.Count == 3, "what came later is handled");
        await consumer.StopAsync(CancellationToken.None);

        Assert.Equal([("a 0", isCluster), ("a 1", isCluster), ("a 2", false)], handler.Handled);
    }

    [Fact]
    public async Task Evict_WhenAMasterOfAClusterIsNotConnected_IsNotDone()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = cluster.Endpoint }, NullLogger.Instance, CancellationToken.None);
        var evictor = new StaleHolderEvictor(redis, NullLogger.Instance);

        Assert.True(await evictor.TryEvictAsync(Endpoint, ["gone.1"]));
        await cluster.Nodes[0].KillAsync();
        await Eventually.HoldsAsync(() => redis.Servers.Any(server => !server.IsConnected), "the connection to the master is lost");

        Assert.False(await evictor.TryEvictAsync(Endpoint, ["gone.1"]));
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(5, 2)]
    public async Task Claim_ByAHolderThatWasOvertaken_IsRefusedAndMovesNothing(int waiting, int most)
    {
        await SendAsync(Enumerable.Range(0, waiting).Select(i => $"a {i}"));
        var lease = (await Lease.TryAcquireAsync(Redis, Endpoint, "paused", TimeSpan.FromMinutes(1), TimeProvider.System))!;
        await Database.StringSetAsync($"{{inbox:{Endpoint}}}:fence", lease.Epoch + 1);

        await Assert.ThrowsAsync<LeaseLostException>(() => ClaimAsync(lease, most));

        Assert.Equal(waiting, await Database.ListLengthAsync($"inbox:{Endpoint}"));
        Assert.Empty(Server.Keys($"{{inbox:{Endpoint}}}:claim*"));
    }

    [Fact]
    public async Task Claim_ThatAFormerHolderSentAhead_IsRefusedOnceTheNextHandlesAnything()
    {
        // It may stand behind a wait on a connection that Redis still serves, whatever has become of the process.
        var former = (await Lease.TryAcquireAsync(Redis, Endpoint, "former", TimeSpan.FromMinutes(1), TimeProvider.System))!;
        await Database.LeaveClaimAsync(Endpoint, "a wait");
        await Database.KeyDeleteAsync($"lease:{Endpoint}");
        var handler = new Record(NewProducer(), Letters());

        await RunUntilAsync(handler, () => handler.Handled.Count == 2, meanwhile: async () =>
        {
            await Eventually.HoldsAsync(() => handler.Begun > 0, "what was left is in hand");
            await SendAsync(["a 2"]);
            await Assert.ThrowsAsync<LeaseLostException>(() => ClaimAsync(former, 10));
            handler.Go();
        });

        Assert.Equal([("a wait", true), ("a 2", false)], handler.Handled);
        await NothingIsLeftAsync();
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(5, 2)]
    public async Task Claim_WhoseListExists_MovesNothing(int waiting, int most)
    {
        await SendAsync(Enumerable.Range(0, waiting).Select(i => $"a {i}"));
        var lease = (await Lease.TryAcquireAsync(Redis, Endpoint, "w", TimeSpan.FromMinutes(1), TimeProvider.System))!;
        var list = RedisKeys.InboxClaim(Endpoint, lease.Epoch, 1);
        await Database.ListLeftPushAsync(list, "a claimed");
        await Database.HashSetAsync(RedisKeys.InboxClaims(Endpoint), lease.Epoch, "1-0");

        var refusal = await Assert.ThrowsAsync<RedisServerException>(() => ClaimAsync(lease, most));

        Assert.StartsWith("CLAIMED", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(waiting, await Database.ListLengthAsync($"inbox:{Endpoint}"));
        Assert.Equal(["a claimed"], await Database.ListRangeAsync(list));
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
        await server.Database.HashSetAsync($"{{inbox:{Endpoint}}}:holders", 0, $"{frozen.ClientName}.1");
        IEnumerable<string>? left = null;
        var handler = new Record(new InboxProducer(next, TimeProvider.System), Letters()) { Beginning = () => left = server.Clients(frozen.ClientName).Intersect(ended) };

        using var consumer = new InboxWorker(next, Endpoint, 0, handler.NewHandler, Record.RouteOf, Options, TimeProvider.System, NullLogger<InboxWorker>.Instance);
        await consumer.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync(() => handler.Epoch > 0, "the next holder begins");
        await consumer.StopAsync(CancellationToken.None);

        // Of each master.
        Assert.Equal(isCluster ? RedisCluster.Shards : 1, ended.Count);
        Assert.Empty(left!);
        // Who was only paused goes on, with other connections.
        for (var i = 0; i < 20; i++)
            await Eventually.PassesAsync(() => frozen.Database.StringSetAsync($"{Endpoint}{i}", "value"));
    }

    [Fact]
    public async Task NewHolder_OfAnInboxWhoseFormerHolderWasEvictedBefore_LeavesItsConnections()
    {
        await using var server = await RedisServer.StartAsync();
        var options = new RedisOptions { Endpoint = server.Endpoint };
        await using var former = await RedisConnection.ConnectAsync(options, NullLogger.Instance, CancellationToken.None);
        await using var next = await RedisConnection.ConnectAsync(options, NullLogger.Instance, CancellationToken.None);
        await server.Database.HashSetAsync($"{{inbox:{Endpoint}}}:holders", 0, $"{former.ClientName}.1");
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
            using var consumer = new InboxWorker(next, Endpoint, 0, handler.NewHandler, Record.RouteOf, Options, TimeProvider.System, NullLogger<InboxWorker>.Instance);
            await consumer.StartAsync(CancellationToken.None);
            await Eventually.HoldsAsync(() => handler.Epoch > 0, "it holds the lease");
            await consumer.StopAsync(CancellationToken.None);
        }
    }

    private Task<RedisResult> ClaimAsync(Lease lease, int most) => new FencingToken(Redis, lease).RunAsync(
        LuaScripts.InboxClaim, RedisKeys.Inbox(Endpoint), [most, "1-0", "1-1"], RedisKeys.InboxClaim(Endpoint, lease.Epoch, 1), RedisKeys.InboxClaims(Endpoint));
}
