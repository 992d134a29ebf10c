using Mas.Core.Queues;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>
/// Changes conversations, for the one worker that may: the holder of the lease of the conversation's backend. It tells nobody.
/// </summary>
public sealed class ConversationWriter(
    FencingToken fence, RedisConnection redis, Conversations conversations, HistoryOptions options, TimeProvider time)
{
    private readonly MasterDatabase _database = redis.Database;
    private readonly MessagePoster _poster = new(fence, redis, conversations, options, time);

    /// <summary>Posts messages, in order. A repeated one is posted once.</summary>
    /// <param name="id">Where.</param>
    /// <param name="messages">What, in order.</param>
    /// <param name="required">Who must be attached.</param>
    public Task<PostResult> PostAsync(ConversationId id, IReadOnlyList<NewMessage> messages, RequiredMembers required = RequiredMembers.None) =>
        _poster.PostAsync(id, messages, required);

    /// <summary>Changes a message's text, or deletes it when <paramref name="text"/> is empty.</summary>
    /// <param name="id">Where.</param>
    /// <param name="old">The message as it stands.</param>
    /// <param name="text">The new text.</param>
    /// <returns>The changed message, the same when a redelivered edit finds itself done; null when it is not in the history any more.</returns>
    public async Task<ChatMessage?> EditAsync(ConversationId id, StoredMessage old, string text)
    {
        var status = text.Length == 0 ? ChatMessage.Deleted : ChatMessage.Edited;
        if (old.Message.Status == status && old.Message.Body == text)
            return old.Message;
        var changed = old.Message with { Body = text, Status = status, UpdatedTs = time.GetUtcNow().ToUnixTimeSeconds(), Rev = await ReserveRevAsync(id) };
        // lastrev first: a session that reads it and then finds no such message yet, hears of the edit through its outbox.
        await fence.ExecuteAsync("HSET", RedisKeys.Conversation(id), "lastrev", changed.Rev);
        var replaced = await fence.RunAsync(LuaScripts.HistoryReplace, RedisKeys.ConversationMessages(id), [old.Json, changed.ToJson()]);
        return (long)replaced == 0 ? null : changed;
    }

    /// <summary>Writes the record of a new conversation.</summary>
    public async Task CreateAsync(Conversation conversation)
    {
        var fields = conversation.ToHash();
        await fence.ExecuteAsync("HSET", RedisKeys.Conversation(conversation.Id), [.. fields.SelectMany(field => new[] { field.Name, field.Value })]);
    }

    /// <summary>
    /// Claims an index entry for a new conversation, or finds the one that has it.
    /// </summary>
    /// <param name="field">From <see cref="RedisKeys.GroupField"/> or <see cref="RedisKeys.OneOnOneField"/>.</param>
    /// <param name="home">The inbox whose worker handles a new one: its id is one of that inbox's. Null for any.</param>
    /// <returns>The conversation's id, and whether it is new.</returns>
    public async Task<(ConversationId Id, bool IsNew)> ClaimAsync(RedisValue field, InboxPartition? home = null)
    {
        fence.ThrowIfLost();
        if (ConversationId.TryParse(await _database.HashGetAsync(RedisKeys.ConversationIndex, field), out var existing))
            return (existing, false);
        var id = new ConversationId(await _database.NextUnusedAsync(RedisKeys.NextConversationId, RecordsOf, home?.Count ?? 1, home?.Index ?? 0));
        if (await _database.HashSetAsync(RedisKeys.ConversationIndex, field, id.Value, When.NotExists))
            return (id, true);
        return ConversationId.TryParse(await _database.HashGetAsync(RedisKeys.ConversationIndex, field), out id)
            ? (id, false)
            : throw new InvalidOperationException($"{RedisKeys.ConversationIndex} {field} came and went.");
    }

    /// <summary>Makes somebody a member, or gives a member another role.</summary>
    public Task SetMemberAsync(ConversationId id, UserId user, string role) =>
        fence.ExecuteAsync("HSET", RedisKeys.ConversationMembers(id), user.Value, role);

    /// <summary>Names a group's owner in its record; null for nobody. Roles are <see cref="SetMemberAsync"/>'s.</summary>
    public Task SetOwnerAsync(ConversationId id, UserId? owner) =>
        fence.ExecuteAsync("HSET", RedisKeys.Conversation(id), "owner", owner?.Value ?? "");

    /// <summary>Drops all but the newest messages.</summary>
    public Task TrimAsync(ConversationId id, int keep) =>
        fence.RunAsync(LuaScripts.HistoryTrim, RedisKeys.ConversationMessages(id), [keep], RedisKeys.ConversationRids(id));

    /// <summary>Puts somebody out of the members.</summary>
    public Task RemoveMemberAsync(ConversationId id, UserId user) =>
        fence.ExecuteAsync("HDEL", RedisKeys.ConversationMembers(id), user.Value);

    /// <summary>Sets a field of the record (<c>topic</c>, <c>password</c>).</summary>
    public Task SetFieldAsync(ConversationId id, string field, string value) => fence.ExecuteAsync("HSET", RedisKeys.Conversation(id), field, value);

    /// <summary>Removes a conversation that has no members: its index entry first, so that nobody finds half of one.</summary>
    public async Task DeleteAsync(Conversation conversation, RedisValue indexField)
    {
        await ReleaseAsync(indexField, conversation.Id);
        await DeleteRecordsAsync(conversation.Id);
    }

    /// <summary>Removes an index entry (<see cref="ClaimAsync"/>), unless it leads elsewhere by now.</summary>
    public async Task ReleaseAsync(RedisValue indexField, ConversationId id)
    {
        fence.ThrowIfLost();
        await _database.RemoveFieldAsync(RedisKeys.ConversationIndex, indexField, id.Value);
    }

    /// <summary>Removes all that is kept of a conversation, its record last, but not the index entry that leads to it.</summary>
    public async Task DeleteRecordsAsync(ConversationId id)
    {
        await fence.ExecuteAsync("DEL", RedisKeys.ConversationMembers(id));
        await TrimAsync(id, 0);
        await fence.ExecuteAsync("DEL", RedisKeys.ConversationSessions(id));
        await fence.ExecuteAsync("DEL", RedisKeys.Conversation(id));
    }

    private static RedisKey[] RecordsOf(long number)
    {
        var id = new ConversationId(number);
        return [RedisKeys.Conversation(id), RedisKeys.ConversationMembers(id), RedisKeys.ConversationMessages(id)];
    }

    /// <summary>Reserves a gid for an edit: above every message and every edit before it.</summary>
    private async Task<long> ReserveRevAsync(ConversationId id)
    {
        var rev = conversations.ReserveGidsAsync(1);
        var newest = _database.ListGetByIndexAsync(RedisKeys.ConversationMessages(id), 0);
        var lastRev = _database.HashGetAsync(RedisKeys.Conversation(id), "lastrev");
        await Task.WhenAll(rev, newest, lastRev);
        var used = Math.Max(newest.Result.IsNull ? 0 : ChatMessage.FromJson((byte[])newest.Result!)?.Gid ?? 0, lastRev.Result.LongOr(0));
        if (rev.Result > used)
            return rev.Result;
        await conversations.RaiseGidsAsync(used);
        return await conversations.ReserveGidsAsync(1);
    }
}
