using NRedisStack;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// The commands that MAS uses, sent to masters only. While a master is away, the client library would send reads to a replica,
/// which may have missed the last writes. Here such a command fails instead (<see cref="RedisErrors.IsAway"/>).
/// </summary>
public class MasterCommands
{
    private const CommandFlags Master = CommandFlags.DemandMaster;

    private readonly IDatabaseAsync _commands;

    internal MasterCommands(IDatabaseAsync commands) => _commands = commands;

    /// <summary>PING.</summary>
    public Task<TimeSpan> PingAsync() => _commands.PingAsync(Master);

    /// <summary>Any command. It is routed by its argument of type <see cref="RedisKey"/>.</summary>
    public Task<RedisResult> ExecuteAsync(string command, params object[] arguments) => _commands.ExecuteAsync(command, arguments, Master);

    /// <summary>EVALSHA.</summary>
    internal Task<RedisResult> ScriptEvaluateAsync(byte[] digest, RedisKey[] keys, RedisValue[] values) => _commands.ScriptEvaluateAsync(digest, keys, values, Master);

    /// <summary>EVAL.</summary>
    public Task<RedisResult> ScriptEvaluateAsync(string script, RedisKey[] keys, RedisValue[] values) =>
        _commands.ScriptEvaluateAsync(script, keys, values, Master | CommandFlags.NoScriptCache);

    /// <summary>PUBLISH.</summary>
    /// <returns>The number of subscribers on the node that ran it.</returns>
    public Task<long> PublishAsync(RedisChannel channel, RedisValue message) => _commands.PublishAsync(channel, message, Master);

    /// <summary>EXISTS.</summary>
    public Task<bool> KeyExistsAsync(RedisKey key) => _commands.KeyExistsAsync(key, Master);

    /// <summary>TYPE.</summary>
    public Task<RedisType> KeyTypeAsync(RedisKey key) => _commands.KeyTypeAsync(key, Master);

    /// <summary>DEL.</summary>
    public Task<bool> KeyDeleteAsync(RedisKey key) => _commands.KeyDeleteAsync(key, Master);

    /// <summary>PEXPIRE.</summary>
    public Task<bool> KeyExpireAsync(RedisKey key, TimeSpan expiry) => _commands.KeyExpireAsync(key, expiry, Master);

    /// <summary>GET.</summary>
    public Task<RedisValue> StringGetAsync(RedisKey key) => _commands.StringGetAsync(key, Master);

    /// <summary>SET, with NX or XX as <paramref name="when"/> says.</summary>
    public Task<bool> StringSetAsync(RedisKey key, RedisValue value, TimeSpan? expiry = null, When when = When.Always) =>
        _commands.StringSetAsync(key, value, expiry, when, Master);

    /// <summary>INCRBY.</summary>
    public Task<long> StringIncrementAsync(RedisKey key, long by = 1) => _commands.StringIncrementAsync(key, by, Master);

    /// <summary>HGET.</summary>
    public Task<RedisValue> HashGetAsync(RedisKey key, RedisValue field) => _commands.HashGetAsync(key, field, Master);

    /// <summary>HMGET.</summary>
    public Task<RedisValue[]> HashGetAsync(RedisKey key, RedisValue[] fields) => _commands.HashGetAsync(key, fields, Master);

    /// <summary>HGETALL.</summary>
    public Task<HashEntry[]> HashGetAllAsync(RedisKey key) => _commands.HashGetAllAsync(key, Master);

    /// <summary>HKEYS.</summary>
    public Task<RedisValue[]> HashKeysAsync(RedisKey key) => _commands.HashKeysAsync(key, Master);

    /// <summary>HLEN.</summary>
    public Task<long> HashLengthAsync(RedisKey key) => _commands.HashLengthAsync(key, Master);

    /// <summary>HSET of one field, or HSETNX as <paramref name="when"/> says.</summary>
    /// <returns>Whether the field is new.</returns>
    public Task<bool> HashSetAsync(RedisKey key, RedisValue field, RedisValue value, When when = When.Always) =>
        _commands.HashSetAsync(key, field, value, when, Master);

    /// <summary>HMSET.</summary>
    public Task HashSetAsync(RedisKey key, HashEntry[] fields) => _commands.HashSetAsync(key, fields, Master);

    /// <summary>HINCRBY.</summary>
    public Task<long> HashIncrementAsync(RedisKey key, RedisValue field, long by = 1) => _commands.HashIncrementAsync(key, field, by, Master);

    /// <summary>HDEL of one field.</summary>
    public Task<bool> HashDeleteAsync(RedisKey key, RedisValue field) => _commands.HashDeleteAsync(key, field, Master);

    /// <summary>HDEL.</summary>
    public Task<long> HashDeleteAsync(RedisKey key, RedisValue[] fields) => _commands.HashDeleteAsync(key, fields, Master);

    /// <summary>SADD of one member.</summary>
    public Task<bool> SetAddAsync(RedisKey key, RedisValue member) => _commands.SetAddAsync(key, member, Master);

    /// <summary>SADD.</summary>
    public Task<long> SetAddAsync(RedisKey key, RedisValue[] members) => _commands.SetAddAsync(key, members, Master);

    /// <summary>SREM of one member.</summary>
    public Task<bool> SetRemoveAsync(RedisKey key, RedisValue member) => _commands.SetRemoveAsync(key, member, Master);

    /// <summary>SREM.</summary>
    public Task<long> SetRemoveAsync(RedisKey key, RedisValue[] members) => _commands.SetRemoveAsync(key, members, Master);

    /// <summary>SISMEMBER.</summary>
    public Task<bool> SetContainsAsync(RedisKey key, RedisValue member) => _commands.SetContainsAsync(key, member, Master);

    /// <summary>SMEMBERS.</summary>
    public Task<RedisValue[]> SetMembersAsync(RedisKey key) => _commands.SetMembersAsync(key, Master);

    /// <summary>SCARD.</summary>
    public Task<long> SetLengthAsync(RedisKey key) => _commands.SetLengthAsync(key, Master);

    /// <summary>ZADD of one member.</summary>
    public Task<bool> SortedSetAddAsync(RedisKey key, RedisValue member, double score) => _commands.SortedSetAddAsync(key, member, score, Master);

    /// <summary>ZREM of one member.</summary>
    public Task<bool> SortedSetRemoveAsync(RedisKey key, RedisValue member) => _commands.SortedSetRemoveAsync(key, member, Master);

    /// <summary>ZREMRANGEBYSCORE.</summary>
    public Task<long> SortedSetRemoveRangeByScoreAsync(RedisKey key, double from, double to) =>
        _commands.SortedSetRemoveRangeByScoreAsync(key, from, to, Exclude.None, Master);

    /// <summary>ZREMRANGEBYRANK.</summary>
    public Task<long> SortedSetRemoveRangeByRankAsync(RedisKey key, long from, long to) => _commands.SortedSetRemoveRangeByRankAsync(key, from, to, Master);

    /// <summary>ZSCORE.</summary>
    public Task<double?> SortedSetScoreAsync(RedisKey key, RedisValue member) => _commands.SortedSetScoreAsync(key, member, Master);

    /// <summary>ZCARD.</summary>
    public Task<long> SortedSetLengthAsync(RedisKey key) =>
        _commands.SortedSetLengthAsync(key, double.NegativeInfinity, double.PositiveInfinity, Exclude.None, Master);

    /// <summary>ZRANGE.</summary>
    public Task<RedisValue[]> SortedSetRangeByRankAsync(RedisKey key, long from = 0, long to = -1) =>
        _commands.SortedSetRangeByRankAsync(key, from, to, Order.Ascending, Master);

    /// <summary>ZRANGE WITHSCORES.</summary>
    public Task<SortedSetEntry[]> SortedSetRangeByRankWithScoresAsync(RedisKey key) =>
        _commands.SortedSetRangeByRankWithScoresAsync(key, 0, -1, Order.Ascending, Master);

    /// <summary>ZRANGEBYSCORE from minus infinity, lowest first.</summary>
    public Task<RedisValue[]> SortedSetRangeByScoreAsync(RedisKey key, double to, long most) =>
        _commands.SortedSetRangeByScoreAsync(key, double.NegativeInfinity, to, Exclude.None, Order.Ascending, 0, most, Master);

    /// <summary>LPUSH of one entry.</summary>
    public Task<long> ListLeftPushAsync(RedisKey key, RedisValue value) => _commands.ListLeftPushAsync(key, value, When.Always, Master);

    /// <summary>LPUSH.</summary>
    public Task<long> ListLeftPushAsync(RedisKey key, RedisValue[] values) => _commands.ListLeftPushAsync(key, values, Master);

    /// <summary>LRANGE.</summary>
    public Task<RedisValue[]> ListRangeAsync(RedisKey key, long from = 0, long to = -1) => _commands.ListRangeAsync(key, from, to, Master);

    /// <summary>LINDEX.</summary>
    public Task<RedisValue> ListGetByIndexAsync(RedisKey key, long index) => _commands.ListGetByIndexAsync(key, index, Master);

    /// <summary>LLEN.</summary>
    public Task<long> ListLengthAsync(RedisKey key) => _commands.ListLengthAsync(key, Master);

    /// <summary>LTRIM.</summary>
    public Task ListTrimAsync(RedisKey key, long from, long to) => _commands.ListTrimAsync(key, from, to, Master);
}

/// <summary>Sends each command at once; <see cref="CreateBatch"/> collects several.</summary>
public sealed class MasterDatabase : MasterCommands
{
    private readonly IDatabase _database;

    internal MasterDatabase(IDatabase database) : base(database) => _database = database;

    /// <summary>
    /// Waits until a list has an entry, and leaves it there: BLMOVE from the right end to the right end. Commands sent behind it on
    /// the same connection (<see cref="RedisConnection.OpenBlockingAsync"/>) run as soon as the wait is over.
    /// </summary>
    public Task WaitForEntryAsync(RedisKey list, TimeSpan longest) => _database.BLMoveAsync(list, list, ListSide.Right, ListSide.Right, longest.TotalSeconds);

    /// <summary>A batch whose commands are sent together by <see cref="MasterBatch.Execute"/>.</summary>
    public MasterBatch CreateBatch() => new(_database.CreateBatch());
}

/// <summary>Commands that are sent together, by <see cref="Execute"/>.</summary>
public sealed class MasterBatch : MasterCommands
{
    private readonly IBatch _batch;

    internal MasterBatch(IBatch batch) : base(batch) => _batch = batch;

    /// <summary>Sends what was collected.</summary>
    public void Execute() => _batch.Execute();
}
