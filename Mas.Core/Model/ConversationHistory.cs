using Mas.Core.Redis;

namespace Mas.Core.Model;

/// <summary>A message of a history with the JSON that it was read from, which is sent on as it is.</summary>
/// <param name="Message">What it says.</param>
/// <param name="Json">The JSON in Redis.</param>
public sealed record StoredMessage(ChatMessage Message, byte[] Json)
{
    /// <exception cref="InvalidOperationException">The entry is no message.</exception>
    internal static StoredMessage FromJson(byte[] json) =>
        new(ChatMessage.FromJson(json) ?? throw new InvalidOperationException("The history has an entry that is no message."), json);
}

/// <summary>Reads <c>conversationmsgs:&lt;conversationId&gt;</c>, newest on the left.</summary>
public sealed class ConversationHistory(RedisConnection redis)
{
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>The newest messages, oldest first.</summary>
    /// <param name="id">Whose history.</param>
    /// <param name="count">The most messages to read; all when negative.</param>
    public async Task<List<StoredMessage>> GetNewestAsync(ConversationId id, int count)
    {
        if (count == 0)
            return [];
        var entries = await _database.ListRangeAsync(RedisKeys.ConversationMessages(id), 0, count < 0 ? -1 : count - 1);
        var messages = new List<StoredMessage>(entries.Length);
        for (var i = entries.Length - 1; i >= 0; i--)
        {
            byte[] json = entries[i]!;
            if (ChatMessage.FromJson(json) is { } message)
                messages.Add(new StoredMessage(message, json));
        }
        return messages;
    }

    /// <summary>What an author has posted under a rid; null when the history does not hold it, or not any more.</summary>
    public async Task<StoredMessage?> FindByRidAsync(ConversationId id, UserId author, string rid)
    {
        var found = await LuaScripts.HistoryFind.RunAsync(
            _database, [RedisKeys.ConversationMessages(id), RedisKeys.ConversationRids(id)], [ChatMessage.RecordOf(author, rid)]);
        return found.IsNull ? null : StoredMessage.FromJson((byte[])found!);
    }

    /// <summary>How many messages it holds.</summary>
    public Task<long> CountAsync(ConversationId id) => _database.ListLengthAsync(RedisKeys.ConversationMessages(id));
}
