using Mas.Core.Redis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mas.Core.Queues;

/// <summary>
/// Consumes an endpoint's partitions together with other workers. Each takes leases up to its share: the number of partitions divided
/// by that of living workers, rounded up. Also changes the number of partitions to what the settings say.
/// </summary>
/// <param name="endpoint">A name of <see cref="Endpoints"/>.</param>
/// <param name="inboxes">The wanted number of partitions; 0 keeps the present number.</param>
/// <param name="newHandler">Creates a handler for each lease.</param>
/// <param name="routeOf">The route of an entry (<see cref="InboxPartition.IndexOf"/>); null when it can't be read.</param>
public sealed partial class InboxWorker(
    RedisConnection redis, string endpoint, int inboxes, Func<PartitionLease, IInboxHandler> newHandler, Func<byte[], string?> routeOf,
    WorkerOptions options, TimeProvider time, ILogger<InboxWorker> logger)
    : BackgroundService
{
    private readonly string _worker = StaleHolderEvictor.NewWorkerName(redis);
    private readonly Dictionary<int, InboxConsumer> _consumers = [];
    private int _wanted = inboxes;

    private TimeSpan LeaseLasts => TimeSpan.FromMilliseconds((double)options.LeaseMilliseconds);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var retry = RedisRetry.Work(e => LogAway(logger, endpoint, e.Message), time);
        try
        {
            while (true)
            {
                await retry.ExecuteAsync(async stopping => await LookAsync(stopping), stoppingToken);
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(200, 400)), time, stoppingToken);
            }
        }
        catch (Exception e) when (stoppingToken.IsCancellationRequested && (e is OperationCanceledException || RedisErrors.IsAway(e)))
        {
            // Stopping.
        }
        await Task.WhenAll(_consumers.Values.Select(consumer => consumer.DisposeAsync().AsTask()));
        await SayGoodbyeAsync();
    }

    /// <remarks>
    /// Commands are not cancelled when the worker stops: a late answer would leave a lease that nobody releases, or a worker that counts
    /// as living.
    /// </remarks>
    private async Task LookAsync(CancellationToken stopping)
    {
        // Also during repartitioning, so that afterwards no worker takes the others for dead.
        var workers = await BeatAsync();
        var layout = await ReadAsync();
        if (_wanted > 0 && layout.Next is null)
        {
            // Once, so that workers with different settings don't change it back and forth.
            if (layout.Parts == _wanted || await InboxLayout.TryAskAsync(redis, endpoint, layout, _wanted))
                _wanted = 0;
            layout = await ReadAsync();
        }
        if (layout.Next is not null)
        {
            foreach (var consumer in _consumers.Values)
                consumer.Leave();
            if (!_consumers.Values.Any(consumer => consumer.IsRunning))
                await ChangeAsync(stopping);
            return;
        }
        await ShareAsync(layout, workers, stopping);
    }

    private async Task ShareAsync(InboxLayout layout, int workers, CancellationToken stopping)
    {
        var most = (layout.Parts + workers - 1) / workers;
        var mine = _consumers.Where(one => one.Value.IsRunning).Select(one => one.Key).Order().ToList();
        foreach (var index in mine.Skip(most))
            _consumers[index].Leave();
        for (var index = 0; index < layout.Parts && mine.Count < most; index++)
        {
            if (mine.Contains(index))
                continue;
            if (await Lease.TryAcquireAsync(redis, InboxPartition.NameOf(endpoint, index), _worker, LeaseLasts, time) is not { } lease)
                continue;
            // The layout can't change while this lease is held, so it must be read again.
            if (stopping.IsCancellationRequested || await ReadAsync() != layout)
            {
                await lease.ReleaseAsync();
                return;
            }
            if (!_consumers.TryGetValue(index, out var consumer))
                _consumers[index] = consumer = NewConsumer(index);
            consumer.Start(lease, new InboxPartition(endpoint, index, layout.Parts), stopping);
            mine.Add(index);
        }
    }

    private Task<InboxLayout> ReadAsync() => InboxLayout.ReadAsync(redis, endpoint);

    private InboxConsumer NewConsumer(int index) =>
        new(redis, InboxPartition.NameOf(endpoint, index), newHandler, options, time, logger);

    private async Task ChangeAsync(CancellationToken stopping)
    {
        try
        {
            var change = new Repartitioning(redis, endpoint, _worker, routeOf, LeaseLasts, time, logger);
            if (await change.TryRunAsync(stopping) is { } layout)
                LogChanged(logger, endpoint, layout.Parts, layout.Version);
        }
        catch (LeaseLostException e)
        {
            LogNotChanged(logger, endpoint, e.Message);
        }
    }

    /// <summary>Sends a heartbeat.</summary>
    /// <returns>The number of living workers.</returns>
    private async Task<int> BeatAsync() => (int)await LuaScripts.WorkersBeat.RunAsync(redis.Database, [RedisKeys.InboxWorkers(endpoint)], [_worker, (long)LeaseLasts.TotalMilliseconds * 3 / 4]);

    private async Task SayGoodbyeAsync()
    {
        try
        {
            await redis.Database.SortedSetRemoveAsync(RedisKeys.InboxWorkers(endpoint), _worker);
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            LogAway(logger, endpoint, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker of {Endpoint} waits for Redis: {Reason}")]
    private static partial void LogAway(ILogger logger, string endpoint, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Endpoint} has {Inboxes} inboxes now, layout {Version}")]
    private static partial void LogChanged(ILogger logger, string endpoint, int inboxes, long version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The number of inboxes of {Endpoint} is for another worker to change: {Reason}")]
    private static partial void LogNotChanged(ILogger logger, string endpoint, string reason);
}
