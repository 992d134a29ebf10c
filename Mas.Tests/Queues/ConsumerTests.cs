using System.Text;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Mas.Tests.Queues;

/// <summary>Tests of a worker on an endpoint of their own.</summary>
public abstract class ConsumerTests(RedisFixture fixture) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    // Nothing here waits for its end; and a lease that ends since the machine is busy would have entries come again.
    private protected static readonly WorkerOptions Options = new() { LeaseMilliseconds = 10_000 };

    private protected string Endpoint { get; } = "test" + Guid.NewGuid().ToString("N")[..8];

    private protected RedisConnection Redis { get; private set; } = null!;

    private protected TestRedis Server => fixture.Redis;

    private protected IDatabase Database => Server.Database;

    public async ValueTask InitializeAsync() =>
        Redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = Server.Endpoint }, NullLogger.Instance, CancellationToken.None);

    public async ValueTask DisposeAsync() => await Redis.DisposeAsync();

    private protected async Task SendAsync(IEnumerable<string> entries)
    {
        var producer = NewProducer();
        foreach (var entry in entries)
            await producer.SendAsync(Endpoint, entry.Split(' ')[0], Encoding.UTF8.GetBytes(entry));
    }

    private protected DeadLetters Letters() => new(Redis, Options, TimeProvider.System, NullLogger<DeadLetters>.Instance);

    private protected InboxProducer NewProducer() => new(Redis, TimeProvider.System);

    private protected InboxWorker Consumer(Record handler, int batchSize = 2000) =>
        new(Redis, Endpoint, 0, handler.NewHandler, Record.RouteOf, new WorkerOptions { LeaseMilliseconds = Options.LeaseMilliseconds, BatchSize = batchSize }, TimeProvider.System, NullLogger<InboxWorker>.Instance);

    private protected async Task RunUntilAsync(Record handler, Func<bool> done, int batchSize = 2000, Func<Task>? meanwhile = null)
    {
        using var consumer = Consumer(handler, batchSize);
        await consumer.StartAsync(CancellationToken.None);
        if (meanwhile is not null)
            await meanwhile();
        await Eventually.HoldsAsync(done, "the entries are handled");
        await consumer.StopAsync(CancellationToken.None);
    }

    private protected async Task NothingIsLeftAsync()
    {
        Assert.Equal(0, await Database.ListLengthAsync($"inbox:{Endpoint}"));
        foreach (var what in new[] { "taken:*", "takers", "claim:*", "claims", "holders" })
            Assert.Empty(Server.Keys($"{{inbox:{Endpoint}}}:{what}"));
        Assert.False(await Database.KeyExistsAsync($"lease:{Endpoint}"));
    }
}
