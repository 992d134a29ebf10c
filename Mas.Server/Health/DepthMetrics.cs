using System.Diagnostics.Metrics;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Core.Telemetry;
using Mas.Server.Sockets;

namespace Mas.Server.Health;

/// <summary>How much waits in inboxes, dead-letter lists and this server's outboxes, as of the last <see cref="ReadAsync"/>.</summary>
internal sealed partial class DepthMetrics
{
    private const int SampledOutboxes = 1000;
    private readonly RedisConnection _redis;
    private readonly SessionRegistry _registry;
    private readonly ILogger<DepthMetrics> _logger;
    private volatile IReadOnlyList<Measurement<long>> _inboxes = [];
    private volatile IReadOnlyList<Measurement<long>> _dead = [];
    private volatile IReadOnlyList<Measurement<long>> _held = [];
    private long _outboxes;

    public DepthMetrics(RedisConnection redis, SessionRegistry registry, ILogger<DepthMetrics> logger)
    {
        _redis = redis;
        _registry = registry;
        _logger = logger;
        MasMeter.Meter.CreateObservableGauge("mas.inbox.depth", () => _inboxes, "{entry}", "Entries that wait in an inbox");
        MasMeter.Meter.CreateObservableGauge("mas.dead_letter.depth", () => _dead, "{entry}", "Entries in a dead-letter list");
        MasMeter.Meter.CreateObservableGauge("mas.lease.held", () => _held, description: "1 when a worker consumes the inbox, else 0");
        MasMeter.Meter.CreateObservableGauge("mas.outbox.depth", () => Interlocked.Read(ref _outboxes), "{entry}", "Entries that wait in the outboxes of this server's sessions (of the first thousand)");
    }

    /// <summary>Reads the depths. What can't be read is left out, so that the other metrics stay available.</summary>
    internal async Task ReadAsync()
    {
        try
        {
            var database = _redis.Database;
            var layouts = await Task.WhenAll(Endpoints.All.Select(endpoint => InboxLayout.NamesAsync(_redis, endpoint)));
            var names = layouts.SelectMany(parts => parts).ToArray();
            _inboxes = await MeasureAsync(names, name => database.ListLengthAsync(RedisKeys.Inbox(name)));
            _dead = await MeasureAsync(Endpoints.All, endpoint => database.ListLengthAsync(RedisKeys.InboxDead(endpoint)));
            _held = await MeasureAsync(names, async name => await Lease.GetHolderAsync(_redis, name) is null ? 0 : 1);
            var lengths = await Task.WhenAll(_registry.All.Take(SampledOutboxes).Select(session => database.ListLengthAsync(RedisKeys.Outbox(session.Ref))));
            Interlocked.Exchange(ref _outboxes, lengths.Sum());
        }
        catch (Exception e)
        {
            (_inboxes, _dead, _held) = ([], [], []);
            if (!RedisErrors.IsAway(e) && e is not OperationCanceledException)
                LogFailed(e);
        }
    }

    private static async Task<IReadOnlyList<Measurement<long>>> MeasureAsync(string[] names, Func<string, Task<long>> read)
    {
        var depths = await Task.WhenAll(names.Select(read));
        return [.. depths.Select((depth, i) => new Measurement<long>(depth, new KeyValuePair<string, object?>("endpoint", names[i])))];
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The depths of inboxes and outboxes could not be read; the metrics lack them")]
    private partial void LogFailed(Exception exception);
}
