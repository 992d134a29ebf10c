using Mas.Core.Operator;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Server.Health;

namespace Mas.Server.Sockets;

/// <summary>
/// Ends this server's sessions after a replica of Redis took over. The replica may not have heard of what was in their
/// outboxes, or of the sessions themselves; their clients come back with <c>cached</c>, and miss nothing that is there.
/// </summary>
internal sealed partial class FailoverWatch : PeriodicWatch
{
    /// <summary>
    /// How long after a look no replica can have taken over, ms: a master is silent for longer before one does. A takeover by an operator's
    /// FAILOVER is quicker, and loses nothing.
    /// </summary>
    private const int HoldsFor = 1500;

    private readonly RedisConnection _redis;
    private readonly SessionRegistry _registry;
    private readonly MasterHistories _histories;
    private readonly Coalescer<Look> _looks;
    private long _lookedAt = long.MinValue / 2;

    public FailoverWatch(RedisConnection redis, SessionRegistry registry, TimeProvider time, ILogger<FailoverWatch> logger) : base(time, logger)
    {
        _redis = redis;
        _registry = registry;
        _histories = new MasterHistories(redis);
        _looks = new Coalescer<Look>(() => new Look(), LookAsync);
    }

    /// <summary>Whether what came from Redis until now came from the masters that all sessions of this server began with.</summary>
    internal bool IsCertain => !_redis.MayFailOver || Environment.TickCount64 - Volatile.Read(ref _lookedAt) < HoldsFor;

    /// <summary>
    /// Waits until that is certain again, for as long as a master is silent; if a replica took over, all sessions have been ended by then. Else a client
    /// could be sent what came behind an outbox that was lost, and would come back with a hole before what it holds.
    /// </summary>
    /// <param name="stopping">Ends the wait.</param>
    internal async Task BecomesCertainAsync(CancellationToken stopping)
    {
        var pause = new GrowingPause(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));
        while (!IsCertain)
        {
            try
            {
                await LookAsync().WaitAsync(stopping);
            }
            catch (Exception e) when (RedisErrors.IsAway(e))
            {
                await pause.WaitAsync(stopping);
            }
        }
    }

    protected override Task LookAsync() => _looks.JoinAsync(_ => { });

    private async Task LookAsync(Look _)
    {
        var lookedAt = Environment.TickCount64;
        var isTakenOver = false;
        // After a look that failed the next one compares with the last one that was answered.
        foreach (var key in RedisMasters.KeysOf(_redis))
            isTakenOver |= await _histories.LookAsync(key, write: false).WaitAsync(_redis.Timeout) == HistoryChange.TakenOver;
        if (isTakenOver)
        {
            var sessions = _registry.All.ToArray();
            LogTakenOver(Logger, sessions.Length);
            foreach (var session in sessions)
                session.Abort();
        }
        Volatile.Write(ref _lookedAt, lookedAt);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A replica of Redis took over; {Count} sessions come back for what they may have missed")]
    private static partial void LogTakenOver(ILogger logger, int count);

    private sealed class Look;
}
