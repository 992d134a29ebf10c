using Mas.Core.Redis;

namespace Mas.Server.Admin;

/// <summary>
/// How many IRC connections there are by state, from <c>networks:*</c>. That takes a walk through all keys, so it is done in
/// small steps, at most every half minute, and only while somebody looks at the page.
/// </summary>
internal sealed class IrcConnectionCount(RedisConnection redis, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(30);
    private const int Page = 500;

    private readonly SemaphoreSlim _one = new(1, 1);
    private (Dictionary<string, long> Counts, long At)? _last;

    /// <summary>State to number.</summary>
    internal async Task<Dictionary<string, long>> GetAsync()
    {
        if (!await _one.WaitAsync(TimeSpan.Zero))
            return _last?.Counts ?? [];
        try
        {
            if (_last is { } last && time.GetElapsedTime(last.At) < FreshFor)
                return last.Counts;
            var counts = await CountAsync();
            _last = (counts, time.GetTimestamp());
            return counts;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<Dictionary<string, long>> CountAsync()
    {
        var counts = new Dictionary<string, long> { ["connected"] = 0, ["connecting"] = 0, ["disconnected"] = 0 };
        // Without networks there is nothing to walk through everything for.
        if (await redis.Database.SetLengthAsync(RedisKeys.NetworkList) == 0)
            return counts;
        foreach (var server in redis.Servers.Where(server => server.IsConnected))
        {
            // A replica has the keys of its master once more.
            if ((await server.InfoAsync("replication")).SelectMany(section => section).All(pair => pair is not { Key: "role", Value: "master" }))
                continue;
            foreach (var keys in server.Keys(pattern: "networks:*", pageSize: Page).Chunk(Page))
            {
                foreach (var state in await Task.WhenAll(keys.Select(key => redis.Database.HashGetAsync(key, "state"))))
                {
                    if ((string?)state is { } name)
                        counts[name] = counts.GetValueOrDefault(name) + 1;
                }
            }
        }
        return counts;
    }
}
