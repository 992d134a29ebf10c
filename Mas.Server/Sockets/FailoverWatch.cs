using Mas.Core.Operator;
using Mas.Core.Redis;
using Mas.Server.Health;

namespace Mas.Server.Sockets;

/// <summary>
/// Ends this server's sessions after a replica of Redis took over. The replica may not have heard of what was in their
/// outboxes, or of the sessions themselves; their clients come back with <c>cached</c>, and miss nothing that is there.
/// </summary>
internal sealed partial class FailoverWatch(RedisConnection redis, SessionRegistry registry, TimeProvider time, ILogger<FailoverWatch> logger)
    : PeriodicWatch(time, logger)
{
    private readonly MasterHistories _histories = new(redis);

    protected override async Task LookAsync()
    {
        foreach (var key in RedisMasters.KeysOf(redis))
        {
            // After a look that failed the next one compares with the last one that was answered.
            if (await _histories.LookAsync(key, write: false).WaitAsync(redis.Timeout) != HistoryChange.TakenOver)
                continue;
            var sessions = registry.All.ToArray();
            LogTakenOver(Logger, sessions.Length);
            foreach (var session in sessions)
                session.Abort();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A replica of Redis took over; {Count} sessions come back for what they may have missed")]
    private static partial void LogTakenOver(ILogger logger, int count);
}
