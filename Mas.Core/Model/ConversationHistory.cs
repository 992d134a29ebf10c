using Mas.Core.Redis;

namespace Mas.Core.Model;

/// <summary>A message of a history with the JSON that it was read from, which is sent on as it is.</summary>
/// <param name="Message">What it says.</param>
/// <param name="Json">The JSON in Redis.</param>
public sealed record StoredMessage(ChatMessage Message, byte[] Json);

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

    /// <summary>What an author has said under a rid; null when the history does not hold it, or not any more.</summary>
    public async Task<ChatMessage?> FindByRidAsync(ConversationId id, UserId author, string rid) =>
        (await GetNewestAsync(id, -1)).Find(stored => stored.Message.UserId == author && stored.Message.Rid == rid)?.Message;

    /// <summary>How many messages it holds.</summary>
    public Task<long> CountAsync(ConversationId id) => _database.ListLengthAsync(RedisKeys.ConversationMessages(id));
}
