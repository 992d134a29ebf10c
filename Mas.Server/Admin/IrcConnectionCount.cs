using System.Globalization;
using Mas.Core.Operator;
using Mas.Core.Redis;

namespace Mas.Server.Admin;

/// <summary>
/// The number of IRC connections by state, from <c>networks:*</c>. Counting scans all keys, so it runs in small steps, at most
/// every 30 s, and only while the page is open.
/// </summary>
internal sealed class IrcConnectionCount(RedisConnection redis, AdminScriptRunner runner, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(30);

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
        // Without networks there is nothing to scan for.
        if (await redis.Database.SetLengthAsync(RedisKeys.NetworkList) == 0)
            return counts;
        await foreach (var step in runner.RunAsync(AdminScripts.All["irc-states"], []))
        {
            foreach (var row in step.Rows)
                counts[row[1]] = counts.GetValueOrDefault(row[1]) + long.Parse(row[2], CultureInfo.InvariantCulture);
        }
        return counts;
    }
}
