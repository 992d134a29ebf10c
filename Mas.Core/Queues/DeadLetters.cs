using System.Diagnostics.Metrics;
using Mas.Core.Json;
using Mas.Core.Redis;
using Mas.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace Mas.Core.Queues;

/// <summary>Stores entries that could not be handled, with the error: <c>inbox:&lt;endpoint&gt;:dead</c>, capped.</summary>
public sealed partial class DeadLetters(RedisConnection redis, WorkerOptions options, TimeProvider time, ILogger<DeadLetters> logger)
{
    private static readonly Counter<long> Counted =
        MasMeter.Meter.CreateCounter<long>("mas.dead_letters", "{entry}", "Inbox entries that could not be handled");

    /// <summary>Adds <c>{"ts", "error", "entry"}</c>; <c>entry</c> is the entry's text.</summary>
    public async Task AddAsync(string endpoint, byte[] entry, string error)
    {
        var letter = WireJson.Write((entry, error, ts: time.GetUtcNow().ToUnixTimeSeconds()), static (json, state) =>
        {
            json.WriteNumber("ts", state.ts);
            json.WriteString("error", state.error);
            json.WriteString("entry", state.entry);
        });
        var key = RedisKeys.InboxDead(endpoint);
        await Task.WhenAll(redis.Database.ListLeftPushAsync(key, letter), redis.Database.ListTrimAsync(key, 0, options.DeadLetters - 1));
        Counted.Add(1, new KeyValuePair<string, object?>("endpoint", endpoint));
        LogDead(logger, endpoint, error);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "An entry of inbox:{Endpoint} was dead-lettered: {Error}")]
    private static partial void LogDead(ILogger logger, string endpoint, string error);
}
