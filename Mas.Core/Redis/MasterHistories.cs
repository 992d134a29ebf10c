using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// Watches each master's replication id, which changes when Redis restarts and when a replica takes over. That replica may have
/// missed the last writes.
/// </summary>
public sealed class MasterHistories(RedisConnection redis)
{
    private const string None = "0000000000000000000000000000000000000000";

    private readonly Dictionary<RedisKey, (string History, long Look)> _known = [];
    private long _looks;

    /// <summary>
    /// Reads a master's replication id and compares it with the last one. Each change is reported once, to the first caller that
    /// sees it. An answer that is older than the last one is ignored.
    /// </summary>
    /// <param name="key">A key of the master, always the same one (<see cref="RedisMasters"/>).</param>
    /// <param name="write">Whether to make a dummy write, for a WAIT behind it.</param>
    public async Task<HistoryChange> LookAsync(RedisKey key, bool write)
    {
        var look = Interlocked.Increment(ref _looks);
        // EVAL, because EVALSHA might have to be repeated, and would then run behind the WAIT.
        var answer = (string[])(await redis.Database.ScriptEvaluateAsync(LuaScripts.ReplicationMark.Text, [key], [write ? 1 : 0]))!;
        var (now, earlier) = (answer[0], answer[1]);
        lock (_known)
        {
            var isFirst = !_known.TryGetValue(key, out var known);
            if (!isFirst && look < known.Look)
                return HistoryChange.None;
            _known[key] = (now, look);
            return isFirst || known.History == now ? HistoryChange.None
                : earlier == None ? HistoryChange.Restarted
                : HistoryChange.TakenOver;
        }
    }
}

/// <summary>What happened to a master since it was last read.</summary>
public enum HistoryChange
{
    /// <summary>Nothing, or it is read for the first time.</summary>
    None,

    /// <summary>It restarted with the data on its disk.</summary>
    Restarted,

    /// <summary>A replica has become the master. Writes that it missed are lost.</summary>
    TakenOver,
}
