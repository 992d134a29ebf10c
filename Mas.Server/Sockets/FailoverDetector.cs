using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Server.Sockets;

/// <summary>
/// Ends this server's sessions after a replica of Redis took over. The replica may not have heard of what was in their
/// outboxes, or of the sessions themselves; their clients come back with <c>cached</c>, and miss nothing that is there.
/// </summary>
internal sealed partial class FailoverDetector : PeriodicCheck
{
    /// <summary>
    /// How long after a check no replica can have taken over, when no connection was lost since: a master is silent for longer before one does.
    /// An operator's FAILOVER is quicker, and loses nothing; one that is forced may lose something, and is not covered.
    /// </summary>
    private static readonly TimeSpan HoldsFor = TimeSpan.FromSeconds(1.5);

    private readonly RedisConnection _redis;
    private readonly SessionRegistry _registry;
    private readonly MasterHistories _histories;
    private readonly CoalescedCall _checks;
    private LastCheck? _lastCheck;

    public FailoverDetector(RedisConnection redis, SessionRegistry registry, TimeProvider time, ILogger<FailoverDetector> logger) : base(time, logger)
    {
        _redis = redis;
        _registry = registry;
        _histories = new MasterHistories(redis);
        _checks = new CoalescedCall(CheckAllAsync);
    }

    /// <summary>Whether what came from Redis until now came from the masters that all sessions of this server began with.</summary>
    internal bool IsCertain => !_redis.MayFailOver || (Volatile.Read(ref _lastCheck) is { } last && last.Ticks > _redis.LostAt
        && Environment.TickCount64 - last.Ticks < HoldsFor.TotalMilliseconds
        // The ticks stand still while the machine does.
        && (Time.GetUtcNow() - last.Clock).Duration() < HoldsFor);

    /// <summary>
    /// Waits until that is certain again, for as long as a master is silent. If a replica took over, all sessions have ended by then.
    /// Otherwise, a client could get entries from behind an outbox that was lost, and would reconnect with a gap before what it holds.
    /// </summary>
    /// <param name="isOver">Whether the session is over, so that waiting has no purpose.</param>
    internal async Task WaitUntilCertainAsync(Func<bool> isOver)
    {
        await RedisRetry.Wait(Time).ExecuteAsync(async _ =>
        {
            while (!IsCertain && !isOver())
                await CheckAsync();
        });
    }

    protected override Task CheckAsync() => _checks.JoinAsync();

    private async Task CheckAllAsync()
    {
        var check = new LastCheck(Environment.TickCount64, Time.GetUtcNow());
        await Task.WhenAll(RedisMasters.KeysOf(_redis).Select(CheckMasterAsync)).WaitAsync(HoldsFor);
        Volatile.Write(ref _lastCheck, check);
    }

    /// <summary>Ends the sessions at once, without waiting for the answers of other masters.</summary>
    private async Task CheckMasterAsync(RedisKey key)
    {
        if (await _histories.LookAsync(key, write: false) != HistoryChange.TakenOver)
            return;
        var sessions = _registry.All.ToArray();
        LogTakenOver(Logger, sessions.Length);
        foreach (var session in sessions)
            session.Abort();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A replica of Redis took over; {Count} sessions were closed, and their clients reconnect and catch up")]
    private static partial void LogTakenOver(ILogger logger, int count);

    private sealed record LastCheck(long Ticks, DateTimeOffset Clock);
}
