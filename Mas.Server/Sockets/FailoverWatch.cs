using Mas.Core.Operator;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Server.Health;
using StackExchange.Redis;

namespace Mas.Server.Sockets;

/// <summary>
/// Ends this server's sessions after a replica of Redis took over. The replica may not have heard of what was in their
/// outboxes, or of the sessions themselves; their clients come back with <c>cached</c>, and miss nothing that is there.
/// </summary>
internal sealed partial class FailoverWatch : PeriodicWatch
{
    /// <summary>
    /// How long after a look no replica can have taken over, when no connection was lost since: a master is silent for longer before one does.
    /// An operator's FAILOVER is quicker, and loses nothing; one that is forced may lose something, and is not covered.
    /// </summary>
    private static readonly TimeSpan HoldsFor = TimeSpan.FromSeconds(1.5);

    private readonly RedisConnection _redis;
    private readonly SessionRegistry _registry;
    private readonly MasterHistories _histories;
    private readonly CoalescedCall _looks;
    private LookedAt? _lookedAt;

    public FailoverWatch(RedisConnection redis, SessionRegistry registry, TimeProvider time, ILogger<FailoverWatch> logger) : base(time, logger)
    {
        _redis = redis;
        _registry = registry;
        _histories = new MasterHistories(redis);
        _looks = new CoalescedCall(LookAtAllAsync);
    }

    /// <summary>Whether what came from Redis until now came from the masters that all sessions of this server began with.</summary>
    internal bool IsCertain => !_redis.MayFailOver || (Volatile.Read(ref _lookedAt) is { } looked && looked.Ticks > _redis.LostAt
        && Environment.TickCount64 - looked.Ticks < HoldsFor.TotalMilliseconds
        // The ticks stand still while the machine does.
        && (Time.GetUtcNow() - looked.Clock).Duration() < HoldsFor);

    /// <summary>
    /// Waits until that is certain again, for as long as a master is silent; if a replica took over, all sessions have been ended by then.
    /// Else a client could be sent what came behind an outbox that was lost, and would come back with a hole before what it holds.
    /// </summary>
    /// <param name="isOver">Whether nobody needs to know any more.</param>
    internal async Task BecomesCertainAsync(Func<bool> isOver)
    {
        var pause = new GrowingPause(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));
        while (!IsCertain && !isOver())
        {
            try
            {
                await LookAsync();
            }
            catch (Exception e) when (RedisErrors.IsAway(e))
            {
                await pause.WaitAsync(CancellationToken.None);
            }
        }
    }

    protected override Task LookAsync() => _looks.JoinAsync();

    private async Task LookAtAllAsync()
    {
        var lookedAt = new LookedAt(Environment.TickCount64, Time.GetUtcNow());
        await Task.WhenAll(RedisMasters.KeysOf(_redis).Select(LookAtAsync)).WaitAsync(HoldsFor);
        Volatile.Write(ref _lookedAt, lookedAt);
    }

    /// <summary>Ends the sessions at once: an answer counts when another master's does not come, and when it is late.</summary>
    private async Task LookAtAsync(RedisKey key)
    {
        if (await _histories.LookAsync(key, write: false) != HistoryChange.TakenOver)
            return;
        var sessions = _registry.All.ToArray();
        LogTakenOver(Logger, sessions.Length);
        foreach (var session in sessions)
            session.Abort();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A replica of Redis took over; {Count} sessions come back for what they may have missed")]
    private static partial void LogTakenOver(ILogger logger, int count);

    private sealed record LookedAt(long Ticks, DateTimeOffset Clock);
}
