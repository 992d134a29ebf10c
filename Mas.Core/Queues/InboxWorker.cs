using Mas.Core.Redis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mas.Core.Queues;

/// <summary>
/// Consumes an endpoint's inboxes together with other workers: each takes leases up to its share, the number of inboxes
/// divided by that of living workers, rounded up; what is left stands by. Sees to it that the number of inboxes becomes
/// what the settings say.
/// </summary>
/// <param name="redis">Redis.</param>
/// <param name="endpoint">A name of <see cref="Endpoints"/>.</param>
/// <param name="inboxes">Into how many inboxes the endpoint is to be split; 0 leaves that as it is.</param>
/// <param name="newHandler">Makes the handler of a partition whose lease this worker has acquired.</param>
/// <param name="routeOf">The route of an entry (<see cref="InboxPartition.IndexOf"/>); null when it can't be read.</param>
/// <param name="options">The settings.</param>
/// <param name="time">The time.</param>
/// <param name="logger">The log.</param>
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
    /// What asks Redis for something is not cut short when the worker stops: an answer that comes later would leave a lease that nobody gives
    /// up, or a worker that counts as living.
    /// </remarks>
    private async Task LookAsync(CancellationToken stopping)
    {
        // Also while the number of inboxes changes: whoever looks first afterwards must not take it that the others are gone.
        var workers = await BeatAsync();
        var layout = await ReadAsync();
        if (_wanted > 0 && layout.Next is null)
        {
            // Once: later a worker with another setting may change it again.
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
            // As long as this lease is held the layout can't change: so it is what is read now.
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

    /// <summary>Says that this worker lives.</summary>
    /// <returns>How many do.</returns>
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
