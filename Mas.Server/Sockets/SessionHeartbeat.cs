using Mas.Core.Model;
using Mas.Core.Redis;

namespace Mas.Server.Sockets;

/// <summary>
/// Sends the heartbeats of this server's sessions, checks their outboxes for entries that no wake-up announced, and ends
/// sessions of any server whose heartbeats have stopped.
/// </summary>
internal sealed partial class SessionHeartbeat(
    RedisConnection redis, SessionRegistry registry, Sessions sessions, Presence presence, SessionOptions options, TimeProvider time, ILogger<SessionHeartbeat> logger)
    : BackgroundService
{
    private readonly TimeSpan _idleTimeout = TimeSpan.FromSeconds(options.IdleTimeoutSeconds);
    private long _redisBackAt;
    private bool _wasAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        redis.Restored += () => Interlocked.Exchange(ref _redisBackAt, time.GetTimestamp());
        var period = TimeSpan.FromSeconds(Math.Min(options.SweepSeconds, options.IdleTimeoutSeconds / 4.0));
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryMaintainAsync();
        }
        catch (OperationCanceledException)
        {
            // Stopping; each session ends by itself.
        }
    }

    private async Task TryMaintainAsync()
    {
        try
        {
            await MaintainAsync();
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            _wasAway = true;
            LogAway(logger, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(logger, e);
        }
    }

    private async Task MaintainAsync()
    {
        var begun = time.GetTimestamp();
        await HeartbeatAsync();
        // Redis was unavailable, full, or so slow that the heartbeats of other servers are late, too.
        if (_wasAway || time.GetElapsedTime(begun) > _idleTimeout / 4)
            Interlocked.Exchange(ref _redisBackAt, time.GetTimestamp());
        _wasAway = false;
        await SignalPendingOutboxesAsync();
        await SweepAsync();
        await presence.NotifyUnsettledAsync();
    }

    /// <summary>
    /// Signals the pumps of outboxes that are not empty. It only asks for lengths: a pop whose answer is lost, as when Redis
    /// stalls, would end its session.
    /// </summary>
    private async Task SignalPendingOutboxesAsync()
    {
        foreach (var batch in registry.All.Chunk(1000))
        {
            var lengths = await Task.WhenAll(batch.Select(session => redis.Database.ListLengthAsync(RedisKeys.Outbox(session.Ref))));
            for (var i = 0; i < batch.Length; i++)
            {
                if (lengths[i] > 0)
                    batch[i].Pump.Signal();
            }
        }
    }

    private async Task HeartbeatAsync()
    {
        foreach (var batch in registry.Registered.Chunk(1000))
        {
            var sent = time.GetUtcNow();
            var missing = await sessions.HeartbeatAsync(Array.ConvertAll(batch, session => session.Ref));
            // Another server has ended them. Their clients reconnect with 'cached'.
            foreach (var i in missing)
                batch[i].Abort();
            // Last: until here, an ended session must count as doubtful for what it has popped meanwhile.
            foreach (var session in batch.Except(missing.Select(i => batch[i])))
                session.Heartbeat.Renew(sent);
        }
    }

    private async Task SweepAsync()
    {
        // After Redis was unavailable, all heartbeats are old. Their servers get time to renew them.
        var back = Interlocked.Read(ref _redisBackAt);
        if (back != 0 && time.GetElapsedTime(back) < _idleTimeout)
            return;
        foreach (var session in await sessions.GetIdleAsync(_idleTimeout, 500))
        {
            if (!await sessions.EndIdleAsync(session, _idleTimeout))
                continue;
            LogSwept(logger, session);
            // Its server may have died, or lost Redis, before it notified friends of the session's start.
            await presence.UpdateAsync(session, isDue: true);
        }
        await sessions.TidyEndedAsync(_idleTimeout, 500);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {Session} had no heartbeat for too long and was ended")]
    private static partial void LogSwept(ILogger logger, SessionRef session);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis is unavailable: session heartbeats are late: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Session upkeep failed; the next attempt follows at the next interval")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
