using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Queues;

/// <summary>What a worker leaves behind that stops in order.</summary>
public sealed class InboxWorkerTests(RedisFixture fixture) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private static readonly WorkerOptions Options = new() { LeaseMilliseconds = 60_000 };
    private RedisConnection _redis = null!;

    private StackExchange.Redis.IDatabase Database => fixture.Redis.Database;

    public async ValueTask InitializeAsync() =>
        _redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = fixture.Redis.Endpoint }, NullLogger.Instance, CancellationToken.None);

    public async ValueTask DisposeAsync() => await _redis.DisposeAsync();

    [Theory]
    [InlineData(1, 14)]
    [InlineData(3, 45)]
    public async Task Stop_BehindAnyOfItsCommands_LeavesNoLeaseAndNoWorker(int inboxes, int commands)
    {
        for (var count = 0; count < commands; count++)
        {
            var endpoint = $"stopped{inboxes}n{count}";
            using var worker = new InboxWorker(_redis, endpoint, inboxes, _ => new Idle(), _ => null, Options, TimeProvider.System, NullLogger<InboxWorker>.Instance);
            var last = _redis.Counters.Interactive.OperationCount + count;

            await worker.StartAsync(CancellationToken.None);
            // At once, while Redis has yet to answer it.
            Assert.True(SpinWait.SpinUntil(() => _redis.Counters.Interactive.OperationCount >= last, Eventually.DefaultDeadline), $"{count} commands are sent");
            await worker.StopAsync(CancellationToken.None);

            for (var part = 0; part < inboxes; part++)
                Assert.False(await Database.KeyExistsAsync(RedisKeys.Lease(InboxPartition.NameOf(endpoint, part))), $"Stopped behind {count} commands, it holds inbox {part}.");
            Assert.False(await Database.KeyExistsAsync(RedisKeys.InboxWorkers(endpoint)), $"Stopped behind {count} commands, it counts as living.");
        }
    }

    /// <summary>Is sent nothing.</summary>
    private sealed class Idle : IInboxHandler
    {
        public Task StartAsync() => Task.CompletedTask;

        public Func<Task> Prepare(IReadOnlyList<InboxEntry> batch) => () => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
