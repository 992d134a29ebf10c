using System.Collections.Concurrent;
using System.Text;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using Newtonsoft.Json.Linq;
using StackExchange.Redis;

namespace Mas.Tests.Queues;

/// <summary>The number of an endpoint's inboxes changes with entries in flight, also when the worker that does it dies.</summary>
public sealed class RepartitioningTests(RedisFixture fixture) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private const int Routes = 10;
    private static readonly WorkerOptions Options = new() { LeaseMilliseconds = 1000 };
    private readonly string _endpoint = "layout" + string.Concat(Guid.NewGuid().ToString("N").Where(char.IsLetter));
    private readonly ConcurrentQueue<(string Route, int Number, bool Redelivered, InboxPartition Part)> _handled = new();
    private RedisConnection _redis = null!;
    private InboxProducer _producer = null!;

    private IDatabase Database => fixture.Redis.Database;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = fixture.Redis.Endpoint }, NullLogger.Instance, CancellationToken.None);
        _producer = new InboxProducer(_redis, TimeProvider.System);
    }

    public async ValueTask DisposeAsync() => await _redis.DisposeAsync();

    [Fact]
    public async Task Change_WithEntriesClaimedAndWaiting_KeepsTheOrderAndMarksWhatWasClaimed()
    {
        // Of a worker from before claim lists, and of one that claimed behind it.
        await Database.SortedSetAddAsync($"{{inbox:{_endpoint}}}:takers", "dead.1+2", 1000.5);
        await Database.ListLeftPushAsync($"{{inbox:{_endpoint}}}:taken:dead.1+2", [.. Enumerable.Range(0, 20).Select(number => (RedisValue)Entry(number))]);
        await Database.LeaveClaimAsync(_endpoint, [.. Enumerable.Range(20, 20).Select(number => (RedisValue)Entry(number))]);
        await SendAsync(Enumerable.Range(40, 960));

        await RunUntilHandledAsync(1000, inboxes: 4);

        AssertAllInOrder(1000, parts: 4);
        Assert.All(_handled, entry => Assert.Equal(entry.Number < 40, entry.Redelivered));
        await AssertNothingIsLeftAsync(4);
    }

    [Fact]
    public async Task Change_ToFewerInboxes_KeepsTheOrderAndEmptiesTheOthers()
    {
        await RunUntilHandledAsync(0, inboxes: 5);
        await SendAsync(Enumerable.Range(0, 1000));

        await RunUntilHandledAsync(1000, inboxes: 2);

        AssertAllInOrder(1000, parts: 2);
        await AssertNothingIsLeftAsync(5);
    }

    [Fact]
    public async Task Change_CutOffWhileItCopied_IsDoneAgain()
    {
        // Closed, and a part of it copied: some of that twice, since the dead one had begun again itself.
        await SetLayoutAsync("""{"parts":1,"next":3,"changer":1}""");
        await Database.StringSetAsync($"{{inbox:{_endpoint}}}:layout", -1);
        foreach (var number in Enumerable.Range(0, 600))
            await Database.ListLeftPushAsync($"{{inbox:{_endpoint}}}:leaving", Entry(number));
        foreach (var number in Enumerable.Range(0, 20))
            await Database.ListLeftPushAsync($"{{inbox:{NameOf(InboxPartition.IndexOf($"{number % Routes}", 3))}}}:arriving", Entry(number));

        await RunUntilHandledAsync(600);

        AssertAllInOrder(600, parts: 3);
        await AssertNothingIsLeftAsync(3);
    }

    [Fact]
    public async Task Change_CutOffWhileItOpened_IsFinished()
    {
        // Everything is copied; the first inbox is open already, with its originals gone, the others are not.
        await SetLayoutAsync("""{"parts":1,"next":3,"changer":1,"isMoved":true}""");
        await Database.StringSetAsync($"{{inbox:{_endpoint}}}:layout", 1);
        foreach (var number in Enumerable.Range(0, 100))
        {
            var part = InboxPartition.IndexOf($"{number % Routes}", 3);
            await Database.ListLeftPushAsync(part == 0 ? $"inbox:{_endpoint}" : $"{{inbox:{NameOf(part)}}}:arriving", Entry(number));
        }

        await RunUntilHandledAsync(100);

        AssertAllInOrder(100, parts: 3);
        await AssertNothingIsLeftAsync(3);
    }

    [Fact]
    public async Task Change_WithEntriesClaimedUnderAnEpochThatTheCounterHasNotReached_KeepsTheOrder()
    {
        // As when a replica took over that had not heard of the last epochs.
        var epoch = await Database.StringIncrementAsync("nextGlobalLeaseEpoch") + 1000;
        await Database.ListLeftPushAsync($"{{inbox:{_endpoint}}}:claim:{epoch}:1", [.. Enumerable.Range(0, 20).Select(number => (RedisValue)Entry(number))]);
        await Database.HashSetAsync($"{{inbox:{_endpoint}}}:claims", epoch, "1-1");
        await SendAsync(Enumerable.Range(20, 20));

        await RunUntilHandledAsync(40, inboxes: 3);

        AssertAllInOrder(40, parts: 3);
        Assert.All(_handled, entry => Assert.Equal(entry.Number < 20, entry.Redelivered));
        await AssertNothingIsLeftAsync(3);
    }

    [Fact]
    public async Task Changer_PausedAndOvertaken_IsRefused()
    {
        await SetLayoutAsync("""{"parts":1,"next":2}""");
        var paused = (await Lease.TryAcquireAsync(_redis, _endpoint, "paused", TimeSpan.FromMinutes(5), TimeProvider.System))!;
        await Database.KeyDeleteAsync($"lease:{_endpoint}");
        await SendAsync(Enumerable.Range(0, 50));
        await RunUntilHandledAsync(50);

        var fence = new FencingToken(_redis, paused);
        await Assert.ThrowsAsync<LeaseLostException>(() => fence.ExecuteAsync("SET", RedisKeys.InboxLayout(_endpoint), """{"parts":1,"next":2,"isMoved":true}"""));
        await Assert.ThrowsAsync<LeaseLostException>(() => fence.RunAsync(
            LuaScripts.Fenced, RedisKeys.Inbox(_endpoint), ["LPUSH", "again"], RedisKeys.InboxArriving(_endpoint)));
        AssertAllInOrder(50, parts: 2);
    }

    [Fact]
    public async Task Sender_OfAnOldLayout_WaitsWhileItChangesAndKeepsItsOrder()
    {
        // The producer knows the first layout now.
        await SendAsync([0]);
        await SetLayoutAsync("""{"parts":1,"next":4}""");
        await Database.StringSetAsync($"{{inbox:{_endpoint}}}:layout", -1);

        var sending = Enumerable.Range(1, 499).Select(number => _producer.SendAsync(_endpoint, $"{number % Routes}", Encoding.UTF8.GetBytes(Entry(number)))).ToList();
        var commands = Commands();
        await Eventually.HoldsAsync(() => Commands() > commands + 10, "the sender looks for the next layout again and again");
        Assert.DoesNotContain(sending, one => one.IsCompleted);
        await Database.StringSetAsync($"{{inbox:{_endpoint}}}:layout", 0);
        await RunUntilHandledAsync(500);
        await Task.WhenAll(sending);

        AssertAllInOrder(500, parts: 4);
    }

    [Fact]
    public async Task Sender_ThatKeepsAnOldLayout_PutsNothingIntoAnInboxThatIsGone()
    {
        await RunUntilHandledAsync(0, inboxes: 4);
        // The producer knows four inboxes; two of them go.
        await SendAsync(Enumerable.Range(0, 20));
        await RunUntilHandledAsync(20, inboxes: 2);
        await SendAsync(Enumerable.Range(20, 20));
        await RunUntilHandledAsync(40);

        Assert.Equal(Enumerable.Range(0, 40), _handled.Select(entry => entry.Number).Order());
        await AssertNothingIsLeftAsync(4);
    }

    [Fact]
    public async Task Sender_OfManyTogether_KeepsTheOrderWhileItChanges()
    {
        const int Together = 50;
        var sending = SendTogetherAsync();

        await RunUntilHandledAsync(500, inboxes: 4);
        await RunUntilHandledAsync(1500, inboxes: 2);
        await RunUntilHandledAsync(2000, inboxes: 3);
        await sending;

        AssertAllInOrder(2000);
        await AssertNothingIsLeftAsync(4);

        async Task SendTogetherAsync()
        {
            for (var first = 0; first < 2000; first += Together)
            {
                await _producer.SendAsync(_endpoint, [.. Enumerable.Range(first, Together).Select(number => ($"{number % Routes}", Encoding.UTF8.GetBytes(Entry(number))))]);
                // No more than somewhat ahead of what is handled, so that something is in flight in each change.
                await Eventually.HoldsAsync(() => _handled.Count > first - 400, $"{first} entries are handled, nearly");
            }
        }
    }

    [Fact]
    public async Task Sender_OfManyTogether_SendsThemInOnePush()
    {
        await SendAsync([0]);
        await Database.StringSetAsync($"{{inbox:{_endpoint}}}:layout", -1);
        // More than goes in one push, were the last not sent together.
        var sending = Task.WhenAll(SendAsync(Enumerable.Range(1, 900)), _producer.SendAsync(_endpoint, [.. Enumerable.Range(901, 500).Select(number => ("0", Encoding.UTF8.GetBytes(Entry(number))))]));
        var commands = Commands();
        await Eventually.HoldsAsync(() => Commands() > commands + 2, "the sender looks for the next layout");
        var pushes = await PushesAsync();

        await Database.StringSetAsync($"{{inbox:{_endpoint}}}:layout", 1);
        await SetLayoutAsync("""{"version":1,"parts":1}""");
        await sending;

        Assert.Equal(1, await PushesAsync() - pushes);
        var arrived = (await Database.ListRangeAsync($"inbox:{_endpoint}")).Reverse().Select(entry => JObject.Parse(entry!).Value<int>("number")).ToList();
        Assert.Equal(Enumerable.Range(0, 1401), arrived.Order());
        foreach (var route in arrived.GroupBy(number => number > 900 ? 0 : number % Routes))
            Assert.Equal(route.Order(), route);

        async Task<long> PushesAsync() => (await fixture.Redis.CallsAsync())["lpush"];
    }

    [Fact]
    public async Task Entry_InAnotherRoutesInbox_IsForwardedMarkedAsRedelivered()
    {
        await RunUntilHandledAsync(0, inboxes: 4);
        foreach (var number in Enumerable.Range(0, 20))
            await Database.ListLeftPushAsync($"inbox:{_endpoint}", Entry(number));

        await RunUntilHandledAsync(20);

        AssertAllInOrder(20, parts: 4);
        Assert.All(_handled, entry => Assert.Equal(entry.Part.Index != 0, entry.Redelivered));
    }

    private string NameOf(int part) => InboxPartition.NameOf(_endpoint, part);

    private static string Entry(int number) => $$"""{"route":"{{number % Routes}}","number":{{number}}}""";

    private Task<bool> SetLayoutAsync(string json) => Database.StringSetAsync($"inboxlayout:{_endpoint}", json);

    private Task SendAsync(IEnumerable<int> numbers) =>
        Task.WhenAll(numbers.Select(number => _producer.SendAsync(_endpoint, $"{number % Routes}", Encoding.UTF8.GetBytes(Entry(number)))));

    /// <summary>How many commands the producer has sent.</summary>
    private long Commands() => _redis.Counters.Interactive.OperationCount;

    /// <summary>Runs two workers until so many entries are handled, and the layout is at rest.</summary>
    private async Task RunUntilHandledAsync(int entries, int inboxes = 0)
    {
        using var one = Worker(inboxes);
        using var two = Worker(0);
        await one.StartAsync(CancellationToken.None);
        // The second takes an inbox as soon as it starts: it must not before the number is asked for.
        await Eventually.HoldsAsync(
            async () => inboxes == 0 || await InboxLayout.ReadAsync(_redis, _endpoint) is var asked && (asked.Next ?? asked.Parts) == inboxes, $"{inboxes} inboxes are asked for");
        await two.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync(
            async () => _handled.Count >= entries && await InboxLayout.ReadAsync(_redis, _endpoint) is { Next: null } layout && (inboxes == 0 || layout.Parts == inboxes),
            $"{entries} entries are handled");
        await Task.WhenAll(one.StopAsync(CancellationToken.None), two.StopAsync(CancellationToken.None));
    }

    private InboxWorker Worker(int inboxes) => new(
        _redis, _endpoint, inboxes,
        lease => new Recorder(lease, _handled, _producer, new DeadLetters(_redis, Options, TimeProvider.System, NullLogger<DeadLetters>.Instance)),
        json => Recorder.RouteOf(Recorder.Parse(json)), Options, TimeProvider.System, NullLogger<InboxWorker>.Instance);

    private void AssertAllInOrder(int count, int? parts = null)
    {
        foreach (var route in _handled.GroupBy(entry => entry.Route))
        {
            Assert.Equal(Enumerable.Range(0, count).Where(number => $"{number % Routes}" == route.Key), route.Select(entry => entry.Number));
            Assert.All(route, entry => Assert.Equal((InboxPartition.IndexOf(route.Key, parts ?? entry.Part.Count), parts ?? entry.Part.Count), (entry.Part.Index, entry.Part.Count)));
        }
        Assert.Equal(count, _handled.Count);
    }

    private async Task AssertNothingIsLeftAsync(int parts)
    {
        for (var part = 0; part < parts; part++)
        {
            Assert.False(await Database.KeyExistsAsync($"inbox:{NameOf(part)}"));
            foreach (var what in new[] { "taken:*", "claim:*", "leaving", "arriving" })
                Assert.Empty(fixture.Redis.Keys($"{{inbox:{NameOf(part)}}}:{what}"));
            Assert.False(await Database.KeyExistsAsync($"lease:{NameOf(part)}"));
        }
        Assert.Equal(0, await Database.ListLengthAsync($"inbox:{_endpoint}:dead"));
    }

    /// <summary>Notes what it handles.</summary>
    private sealed class Recorder(
        PartitionLease held, ConcurrentQueue<(string, int, bool, InboxPartition)> handled, InboxProducer producer, DeadLetters letters)
        : PartitionedHandler<JObject>(held, producer, letters)
    {
        public static JObject Parse(byte[] json) => JObject.Parse(Encoding.UTF8.GetString(json));

        public static new string RouteOf(JObject message) => message.Value<string>("route")!;

        protected override (JObject? Message, string? Error) Read(byte[] json) => (Parse(json), null);

        protected override string OrderingKeyOf(JObject message) => RouteOf(message);

        protected override bool Joins(JObject previous, JObject next) => false;

        protected override Task HandleAsync(IReadOnlyList<Work<JObject>> run)
        {
            handled.Enqueue((OrderingKeyOf(run[0].Message), run[0].Message.Value<int>("number"), run[0].Redelivered, Held.Partition));
            return Task.CompletedTask;
        }

        protected override Task FailAsync(JObject message) => Task.CompletedTask;
    }
}
