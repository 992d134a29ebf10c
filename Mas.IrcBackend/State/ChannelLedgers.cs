using System.Collections.Concurrent;
using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>
/// The ledgers of the channels, <c>irclines:&lt;conversationId&gt;</c>. What a line changes is written behind what it posts: a
/// parser that dies in between counts the line again, and finds its message by its rid. Only who goes with a netsplit is
/// written before.
/// </summary>
internal sealed class ChannelLedgers(RedisConnection redis)
{
    // Lua unpacks no more than some thousand arguments.
    private const int MaxFields = 1000;
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);
    private readonly ConcurrentDictionary<ConversationId, ChannelLedger> _known = new();

    /// <summary>A channel's ledger. The conversation's lock is held.</summary>
    internal async Task<ChannelLedger> GetAsync(ConversationId id) =>
        _known.TryGetValue(id, out var known) ? known : _known[id] = ChannelLedger.Read(await redis.Database.HashGetAllAsync(RedisKeys.IrcLines(id)));

    /// <summary>Keeps what has changed.</summary>
    internal Task KeepAsync(ConversationId id, ChannelLedger ledger, FencingToken fence) => KeepAsync(id, ledger.TakeChanges(), fence);

    /// <summary>Keeps what has changed of netsplits alone: who is about to be removed and told of.</summary>
    internal Task KeepSplitsAsync(ConversationId id, ChannelLedger ledger, FencingToken fence) => KeepAsync(id, ledger.Splits.TakeChanges(), fence);

    /// <summary>Forgets what is remembered of a channel, so that it is read again.</summary>
    internal void Forget(ConversationId id) => _known.TryRemove(id, out _);

    private async Task KeepAsync(ConversationId id, (List<HashEntry> Set, List<RedisValue> Removed) changes, FencingToken fence)
    {
        var (set, removed) = changes;
        var key = RedisKeys.IrcLines(id);
        var writes = new List<Task>(3);
        foreach (var chunk in set.Chunk(MaxFields))
            writes.Add(fence.ExecuteAsync("HSET", key, [.. chunk.SelectMany(entry => new[] { entry.Name, entry.Value })]));
        foreach (var chunk in removed.Chunk(MaxFields))
            writes.Add(fence.ExecuteAsync("HDEL", key, chunk));
        if (set.Count > 0)
            writes.Add(redis.Database.KeyExpireAsync(key, KeptFor));
        await Task.WhenAll(writes);
    }
}
