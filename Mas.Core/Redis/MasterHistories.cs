using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// Which history of writes each master goes on with. It is another one after a restart, and when a replica took over, which
/// may not have heard of the last writes.
/// </summary>
public sealed class MasterHistories(RedisConnection redis)
{
    private const string None = "0000000000000000000000000000000000000000";

    private readonly Dictionary<RedisKey, (string History, long Look)> _known = [];
    private long _looks;

    /// <summary>
    /// Looks at a master, and compares with what it said the last time. Each change is told once, to whoever hears of it first: also an answer for
    /// which nobody waits any more counts, unless a later look was answered before it.
    /// </summary>
    /// <param name="key">A key of one of its slots, always the same for the same slots (<see cref="RedisMasters"/>).</param>
    /// <param name="write">Whether to write something that leaves nothing, for a WAIT behind it.</param>
    public async Task<HistoryChange> LookAsync(RedisKey key, bool write)
    {
        var look = Interlocked.Increment(ref _looks);
        // EVAL: by its digest it might have to be sent again, behind the WAIT.
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

/// <summary>What became of a master since it was looked at the last time.</summary>
public enum HistoryChange
{
    /// <summary>It is the same, or has not been looked at before.</summary>
    None,

    /// <summary>It started again, with what it had on its disk.</summary>
    Restarted,

    /// <summary>A replica is the master now. What it had not heard of is gone.</summary>
    TakenOver,
}
