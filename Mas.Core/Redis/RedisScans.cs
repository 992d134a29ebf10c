using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// Scans in pages, so that Redis is not blocked. Returns at least once whatever exists throughout the scan; what is added or
/// removed meanwhile, perhaps. The client library's own scans would block a thread for each page.
/// </summary>
public static class RedisScans
{
    private const int PageSize = 500;

    private static readonly RedisScript Scan = new("return redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])");

    /// <summary>Scans the keys of each master in turn.</summary>
    public static async IAsyncEnumerable<string> KeysAsync(RedisConnection redis, string pattern, [EnumeratorCancellation] CancellationToken stopping)
    {
        foreach (var master in RedisMasters.KeysOf(redis))
        {
            RedisValue cursor = 0;
            do
            {
                stopping.ThrowIfCancellationRequested();
                var page = (RedisResult[])(await Scan.RunAsync(redis.Database, [master], [cursor, pattern, PageSize]))!;
                cursor = (RedisValue)page[0];
                foreach (var key in (RedisValue[])page[1]!)
                    yield return (string)key!;
            }
            while (cursor != 0);
        }
    }

    /// <summary>Scans the fields of a hash.</summary>
    public static async IAsyncEnumerable<HashEntry> HashAsync(RedisConnection redis, RedisKey key, [EnumeratorCancellation] CancellationToken stopping)
    {
        RedisValue cursor = 0;
        do
        {
            stopping.ThrowIfCancellationRequested();
            var page = (RedisResult[])(await redis.Database.ExecuteAsync("HSCAN", key, cursor, "COUNT", PageSize))!;
            cursor = (RedisValue)page[0];
            var pairs = (RedisValue[])page[1]!;
            for (var i = 0; i + 1 < pairs.Length; i += 2)
                yield return new HashEntry(pairs[i], pairs[i + 1]);
        }
        while (cursor != 0);
    }
}
