using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.Core.Redis;

namespace Mas.Server.Sockets;

/// <summary>
/// Receives on <c>wake:&lt;serverId&gt;</c> which sessions have entries in their outboxes. A session that this server does not hold
/// has ended: what was pushed for it is removed.
/// </summary>
internal sealed partial class WakeListener(
    RedisConnection redis, ServerIdentity identity, SessionRegistry registry, SessionCleanup cleanup, ILogger<WakeListener> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Wake-ups that were published while the connection was lost did not arrive.
        redis.Restored += SignalAll;
        try
        {
            await redis.Subscriber.SubscribeAsync(RedisKeys.Wake(identity.Id), (_, names) => Wake(names!));
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            // The client library subscribes once the connection is back.
            LogDeaf(logger, e.Message);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        redis.Restored -= SignalAll;
        try
        {
            await redis.Subscriber.UnsubscribeAsync(RedisKeys.Wake(identity.Id));
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            LogAway(logger, e.Message);
        }
    }

    private void SignalAll()
    {
        foreach (var session in registry.All)
            session.Pump.Signal();
    }

    private void Wake(string names)
    {
        // The pops of all these sessions are sent together.
        var pops = new OutboxPops(redis, names.AsSpan().Count(' ') + 1);
        foreach (var range in names.AsSpan().Split(' '))
        {
            var part = names[range];
            if (WakeTrace.TryRead(part, out var traceparent, out var traced))
            {
                foreach (var session in traced)
                    registry.Find(session)?.Pump.Trace(traceparent);
                continue;
            }
            if (!SessionRef.TryParse(part, out var name) || name.ServerId != identity.Id)
                continue;
            if (registry.Find(name) is { } woken)
                woken.Pump.Signal(pops);
            else
                _ = RemoveAsync(name);
        }
        pops.Execute();
    }

    private async Task RemoveAsync(SessionRef session)
    {
        try
        {
            await cleanup.RemoveKeysAsync(session);
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            LogAway(logger, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis is unavailable at start; wake-ups are received once it is back: {Reason}")]
    private static partial void LogDeaf(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis is unavailable: keys of ended sessions were not removed: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);
}
