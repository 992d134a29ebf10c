using Mas.Core.Model;
using Mas.Core.Redis;

namespace Mas.Server.Sockets;

/// <summary>
/// Keeps the server's sessions alive in Redis, looks through their outboxes for what no wake-up announced, and ends
/// sessions that any server has left behind.
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
                await TurnAsync();
        }
        catch (OperationCanceledException)
        {
            // Stopping; the sockets' own ends are the endpoint's.
        }
    }

    private async Task TurnAsync()
    {
        try
        {
            await KeepAsync();
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

    private async Task KeepAsync()
    {
        var begun = time.GetTimestamp();
        await HeartbeatAsync();
        // Away, full, or so slow that others' heartbeats are late as well.
        if (_wasAway || time.GetElapsedTime(begun) > _idleTimeout / 4)
            Interlocked.Exchange(ref _redisBackAt, time.GetTimestamp());
        _wasAway = false;
        await LookIntoOutboxesAsync();
        await SweepAsync();
        await presence.TellUnsettledAsync();
    }

    /// <summary>
    /// Signals the pumps of outboxes that hold something. Looking takes nothing: a pop whose answer is lost, as when Redis
    /// stalls, ends its session.
    /// </summary>
    private async Task LookIntoOutboxesAsync()
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
        foreach (var batch in registry.All.Where(session => session.IsRegistered).Chunk(1000))
        {
            var sent = time.GetUtcNow();
            var missing = await sessions.HeartbeatAsync(Array.ConvertAll(batch, session => session.Ref));
            // Another server took them for dead: they get nothing any more. Their clients come back with 'cached'.
            foreach (var i in missing)
                batch[i].Abort();
            // Behind that: what a session that was ended has popped meanwhile must still look doubtful.
            foreach (var session in batch.Except(missing.Select(i => batch[i])))
                session.BeatAt = sent;
        }
    }

    private async Task SweepAsync()
    {
        // After Redis was away or took no writes, the heartbeats of everybody are old; their servers get time to renew them.
        var back = Interlocked.Read(ref _redisBackAt);
        if (back != 0 && time.GetElapsedTime(back) < _idleTimeout)
            return;
        foreach (var session in await sessions.GetIdleAsync(_idleTimeout, 500))
        {
            if (!await sessions.EndIdleAsync(session, _idleTimeout))
                continue;
            LogSwept(logger, session);
            // Its server may have died, or lost Redis, before it had told of the session's beginning.
            await presence.UpdateAsync(session, isDue: true);
        }
        await sessions.TidyEndedAsync(_idleTimeout, 500);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {Session} was left behind, and is ended")]
    private static partial void LogSwept(ILogger logger, SessionRef session);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis is away while sessions are kept: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Keeping sessions failed; it is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
