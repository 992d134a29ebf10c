using System.Collections.Concurrent;
using Mas.Core.Queues;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>
/// The deduplicators of the channels, <c>irclines:&lt;conversationId&gt;</c>. A line's changes are saved after its message is
/// posted: a parser that dies in between counts the line again and finds its message by its rid. Only who goes with a netsplit
/// is saved before.
/// </summary>
internal sealed class ChannelDeduplicators(RedisConnection redis, FencingToken fence)
{
    // Lua unpacks no more than some thousand arguments.
    private const int MaxFields = 1000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);
    private readonly ConcurrentDictionary<ConversationId, ChannelDeduplicator> _known = new();

    /// <summary>The deduplicator of a channel whose lock is held.</summary>
    internal async Task<ChannelDeduplicator> GetAsync(ConversationId id) =>
        _known.TryGetValue(id, out var known) ? known : _known[id] = ChannelDeduplicator.Read(await redis.Database.HashGetAllAsync(RedisKeys.IrcLines(id)));

    /// <summary>Saves what has changed.</summary>
    internal Task SaveAsync(ConversationId id, ChannelDeduplicator dedup) => SaveAsync(id, dedup.TakeChanges());

    /// <summary>Saves what has changed of netsplits alone: who is about to be removed and told of.</summary>
    internal Task SaveNetsplitsAsync(ConversationId id, ChannelDeduplicator dedup) => SaveAsync(id, dedup.Netsplits.TakeChanges());

    /// <summary>Makes the next access read the channel's deduplicator again.</summary>
    internal void Forget(ConversationId id) => _known.TryRemove(id, out _);

    /// <summary>Deletes the deduplicator of a channel that is gone; its changes are not saved any more.</summary>
    internal async Task DeleteAsync(ConversationId id, ChannelDeduplicator dedup)
    {
        await redis.Database.KeyDeleteAsync(RedisKeys.IrcLines(id));
        Forget(id);
        dedup.TakeChanges();
    }

    private async Task SaveAsync(ConversationId id, (List<HashEntry> Set, List<RedisValue> Removed) changes)
    {
        var (set, removed) = changes;
        var key = RedisKeys.IrcLines(id);
        var writes = new List<Task>(3);
        foreach (var chunk in set.Chunk(MaxFields))
            writes.Add(fence.ExecuteAsync("HSET", key, [.. chunk.SelectMany(entry => new[] { entry.Name, entry.Value })]));
        foreach (var chunk in removed.Chunk(MaxFields))
            writes.Add(fence.ExecuteAsync("HDEL", key, chunk));
        if (set.Count > 0)
            writes.Add(redis.Database.KeyExpireAsync(key, Lifetime));
        await Task.WhenAll(writes);
    }
}
