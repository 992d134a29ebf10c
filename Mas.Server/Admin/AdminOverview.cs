using System.Diagnostics;
using System.Globalization;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Server.Health;

namespace Mas.Server.Admin;

/// <summary>What the page shows: the whole system's state from Redis, and this server's metrics.</summary>
internal sealed class AdminOverview(RedisConnection redis, MetricsText metrics, IrcConnectionCount ircConnections, TimeProvider time)
{
    /// <summary>Families of <c>/metrics</c> that the page draws.</summary>
    private static readonly string[] Drawn = ["mas_request_duration_seconds_bucket", "mas_delivered_total", "mas_sessions", "mas_dead_letters_total"];

    internal async Task<object> ReadAsync()
    {
        var database = redis.Database;
        var began = Stopwatch.GetTimestamp();
        await database.PingAsync();
        var roundTrip = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        var sessions = database.SortedSetLengthAsync(RedisKeys.SessionLastHeartbeat);
        var names = database.HashLengthAsync(RedisKeys.UserIndex);
        var conversations = database.HashLengthAsync(RedisKeys.ConversationIndex);
        var windows = database.HashLengthAsync(RedisKeys.WindowIndex);
        var messages = database.StringGetAsync(RedisKeys.NextMsgId);
        var layouts = await Task.WhenAll(Endpoints.All.Select(endpoint => InboxLayout.NamesAsync(redis, endpoint)));
        var inboxes = layouts.SelectMany(parts => parts).Select(async name => new
        {
            endpoint = name,
            waiting = await database.ListLengthAsync(RedisKeys.Inbox(name)),
            // All of an endpoint's are in one list, which is its first inbox's.
            dead = await database.ListLengthAsync(RedisKeys.InboxDead(name)),
            holder = await Lease.GetHolderAsync(redis, name) ?? "",
        }).ToArray();
        var memory = await ReadMemoryAsync();
        return new
        {
            at = time.GetUtcNow().ToUnixTimeMilliseconds(),
            sessions = await sessions,
            // Each account has two entries, nick and email.
            users = await names / 2,
            conversations = await conversations,
            windows = await windows,
            messages = long.TryParse((string?)await messages, NumberStyles.None, CultureInfo.InvariantCulture, out var gid) ? gid : 0,
            inboxes = await Task.WhenAll(inboxes),
            irc = await ircConnections.GetAsync(),
            redisMilliseconds = Math.Round(roundTrip, 3),
            redisMemory = memory.Used,
            redisMemoryLimit = memory.Limit,
            redisCommandsPerSecond = memory.Commands,
            serverMemory = Environment.WorkingSet,
            metrics = ReadDrawn(await metrics.ReadAsync()),
        };
    }

    private async Task<(long Used, long Limit, long Commands)> ReadMemoryAsync()
    {
        long used = 0, limit = 0, commands = 0;
        foreach (var info in await RedisMasters.InfoAsync(redis))
        {
            used += Number(info, "used_memory");
            limit += Number(info, "maxmemory");
            commands += Number(info, "instantaneous_ops_per_sec");
        }
        return (used, limit, commands);
    }

    private static long Number(Dictionary<string, string> info, string field) =>
        long.TryParse(info.GetValueOrDefault(field), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static Dictionary<string, double> ReadDrawn(string text)
    {
        var series = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n'))
        {
            var space = line.LastIndexOf(' ');
            if (space > 0 && Drawn.Any(family => line.StartsWith(family, StringComparison.Ordinal))
                && double.TryParse(line.AsSpan(space + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                series[line[..space].Replace("{}", "", StringComparison.Ordinal)] = value;
        }
        return series;
    }
}
