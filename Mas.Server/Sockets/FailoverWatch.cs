using Mas.Core.Operator;
using Mas.Core.Redis;

namespace Mas.Server.Sockets;

/// <summary>
/// Ends this server's sessions after a replica of Redis took over. The replica may not have heard of what was in their
/// outboxes, or of the sessions themselves; their clients come back with <c>cached</c>, and miss nothing that is there.
/// </summary>
internal sealed partial class FailoverWatch(RedisConnection redis, SessionRegistry registry, TimeProvider time, ILogger<FailoverWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly MasterHistories _histories = new(redis);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
                await LookAsync();
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping; the sockets' own ends are the endpoint's.
        }
    }

    private async Task LookAsync()
    {
        try
        {
            foreach (var key in RedisMasters.KeysOf(redis))
            {
                if (await _histories.LookAsync(key, write: false).WaitAsync(redis.Timeout) != HistoryChange.TakenOver)
                    continue;
                var sessions = registry.All.ToArray();
                LogTakenOver(logger, sessions.Length);
                foreach (var session in sessions)
                    session.Abort();
            }
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            // The next look compares with the last one that was answered.
            LogAway(logger, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A replica of Redis took over; {Count} sessions come back for what they may have missed")]
    private static partial void LogTakenOver(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Redis is away while its masters are looked at: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);
}
