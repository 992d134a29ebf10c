using Mas.Tests.Harness;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using StackExchange.Redis;

namespace Mas.Tests.EndToEnd;

/// <summary>What a worker that died leaves to the next one.</summary>
internal static class Redelivery
{
    /// <summary>
    /// Leaves a request as a worker does that died before it had removed its claim, and waits until it has been done again.
    /// </summary>
    /// <param name="redis">Where.</param>
    /// <param name="userId">Who asked.</param>
    /// <param name="type">What for, in the worker's words.</param>
    /// <param name="fields">The entry's other fields.</param>
    /// <param name="rid">The entry's rid, when something of it is there already; null for a new one.</param>
    /// <param name="session">The session that waits for an answer, and its reqId; null for none.</param>
    public static async Task RedeliverAsync(
        this IDatabase redis, string userId, string type, object fields, string? rid = null, (string SessionId, string ReqId)? session = null)
    {
        var entry = JObject.FromObject(fields);
        if (entry["conversationId"] is { } id)
            entry["conversationId"] = (long)id;
        entry["type"] = type;
        entry["origin"] = JObject.FromObject(new { rid = rid ?? Steps.NewName("rid"), userId, sessionId = session?.SessionId, reqId = session?.ReqId });
        var claim = await redis.LeaveClaimAsync("loopbackparser", entry.ToString(Formatting.None));
        await Eventually.HoldsAsync(async () => !await redis.KeyExistsAsync(claim), "it is done again");
    }

    /// <summary>Writes a line into a history, as far as a worker has come that died behind this.</summary>
    /// <returns>Its rid.</returns>
    public static async Task<string> LeaveLineAsync(this IDatabase redis, string conversation, string userId, string cat, string body)
    {
        var line = new { gid = await redis.StringIncrementAsync("nextGlobalMsgId"), userId, ts = 1, cat, body, rid = Steps.NewName("rid") };
        await redis.ListLeftPushAsync($"conversationmsgs:{conversation}", JsonConvert.SerializeObject(line));
        return line.rid;
    }
}
