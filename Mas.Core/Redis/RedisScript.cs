using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>A Lua script: sent by digest (EVALSHA), and with its text when Redis does not know it.</summary>
internal sealed class RedisScript(string text)
{
    [SuppressMessage("Security", "CA5350", Justification = "Redis names scripts by their SHA-1.")]
    private readonly byte[] _digest = SHA1.HashData(Encoding.UTF8.GetBytes(text));

    internal string Text { get; } = text;

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
    /// Runs the script, and then a read; on a single Redis in one round trip. When Redis does not know the script (a restart, a
    /// failover, SCRIPT FLUSH), the read would come first, so both are repeated.
    /// </summary>
    /// <param name="readAsync">Sends the commands of the read before it returns. May be called twice.</param>
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
