using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>A Lua script, which Redis runs by its digest once it has seen its text.</summary>
internal sealed class RedisScript(string text)
{
    [SuppressMessage("Security", "CA5350", Justification = "Redis names scripts by their SHA-1.")]
    private readonly byte[] _digest = SHA1.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>The script itself.</summary>
    internal string Text { get; } = text;

    /// <summary>Runs it on the master of its keys.</summary>
    internal async Task<RedisResult> RunAsync(MasterDatabase database, RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            return await database.ScriptEvaluateAsync(_digest, keys, values);
        }
        catch (RedisServerException e) when (e.Kind == RedisErrorKind.NoScript)
        {
            return await database.ScriptEvaluateAsync(Text, keys, values);
        }
    }

    /// <summary>
    /// Runs it and reads something that its writes must come before, in the same round trip where Redis is no cluster. When Redis has
    /// forgotten the script (a restart, a failover, SCRIPT FLUSH), the script runs later than the read sent behind it, so both are repeated.
    /// </summary>
    /// <param name="redis">Redis.</param>
    /// <param name="keys">KEYS.</param>
    /// <param name="values">ARGV.</param>
    /// <param name="readAsync">Sends the commands of the read before it returns; called twice when the script was forgotten.</param>
    /// <returns>What the script returned, and what was read behind it.</returns>
    internal async Task<(RedisResult Result, T Read)> RunAsync<T>(RedisConnection redis, RedisKey[] keys, RedisValue[] values, Func<Task<T>> readAsync)
    {
        if (redis.IsCluster)
            return (await RunAsync(redis.Database, keys, values), await readAsync());
        try
        {
            return await BothAsync(redis.Database.ScriptEvaluateAsync(_digest, keys, values), readAsync());
        }
        catch (RedisServerException e) when (e.Kind == RedisErrorKind.NoScript)
        {
            return await BothAsync(redis.Database.ScriptEvaluateAsync(Text, keys, values), readAsync());
        }
    }

    private static async Task<(RedisResult, T)> BothAsync<T>(Task<RedisResult> running, Task<T> reading)
    {
        await Task.WhenAll(running, reading);
        return (await running, await reading);
    }
}
