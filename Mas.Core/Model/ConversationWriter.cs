using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>
/// The one writer of conversations: the worker that holds the lease of the conversation's backend. It changes what Redis
/// holds, and adds to a <see cref="Delivery"/> what the live sessions are to be told of it.
/// </summary>
public sealed class ConversationWriter(
    FencingToken fence, RedisConnection redis, Conversations conversations, HistoryOptions options, TimeProvider time)
{
    private readonly MasterDatabase _database = redis.Database;
    private readonly MessagePoster _poster = new(fence, redis, conversations, options, time);

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Posts messages, in order. A repeated one is posted once. Nobody is told.</summary>
    /// <param name="id">Where.</param>
    /// <param name="messages">What, in order.</param>
    /// <param name="required">Who must be attached.</param>
    public Task<PostResult> PostAsync(ConversationId id, IReadOnlyList<NewMessage> messages, RequiredMembers required = RequiredMembers.None) =>
        _poster.PostAsync(id, messages, required);

    /// <summary>Changes a message's text, or takes it back when <paramref name="text"/> is empty.</summary>
    /// <param name="id">Where.</param>
    /// <param name="old">The message as it stands.</param>
    /// <param name="text">The new text.</param>
    /// <param name="delivery">Collects the notifications.</param>
    /// <returns>The changed message, or null when it is not in the history any more.</returns>
    public async Task<ChatMessage?> EditAsync(ConversationId id, StoredMessage old, string text, Delivery delivery)
    {
        var status = text.Length == 0 ? ChatMessage.Deleted : ChatMessage.Edited;
        var changed = old.Message;
        // Told again, but not done again, when a redelivered edit finds itself done.
        if (changed.Status != status || changed.Body != text)
        {
            changed = changed with { Body = text, Status = status, UpdatedTs = Now, Rev = await ReserveRevAsync(id) };
            // lastrev first: who reads it and then finds no such message yet, hears of the edit through the outbox.
            await fence.ExecuteAsync("HSET", RedisKeys.Conversation(id), "lastrev", changed.Rev);
            var replaced = await fence.RunAsync(LuaScripts.HistoryReplace, RedisKeys.ConversationMessages(id), [old.Json, changed.ToJson()]);
            if ((long)replaced == 0)
                return null;
        }
        var json = changed.ToJson();
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
        {
            delivery.Mention(live.Session, changed.UserId);
            delivery.Add(live.Session, ChatMessage.AddMessage(live.WindowId, json));
        }
        return changed;
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

    /// <summary>Makes somebody a member, or gives a member another role. Nobody is told.</summary>
    public Task SetMemberAsync(ConversationId id, UserId user, string role) =>
        fence.ExecuteAsync("HSET", RedisKeys.ConversationMembers(id), user.Value, role);

    /// <summary>Names a group's owner in its record; null for nobody. Roles are <see cref="SetMemberAsync"/>'s.</summary>
    public Task SetOwnerAsync(ConversationId id, UserId? owner) =>
        fence.ExecuteAsync("HSET", RedisKeys.Conversation(id), "owner", owner?.Value ?? "");

    /// <summary>Drops all but the newest messages. Nobody is told.</summary>
    public Task TrimAsync(ConversationId id, int keep) =>
        fence.RunAsync(LuaScripts.HistoryTrim, RedisKeys.ConversationMessages(id), [keep], RedisKeys.ConversationRids(id));

    /// <summary>Puts somebody out of the members. Nobody is told.</summary>
    public Task RemoveMemberAsync(ConversationId id, UserId user) =>
        fence.ExecuteAsync("HDEL", RedisKeys.ConversationMembers(id), user.Value);

    /// <summary>Tells the live sessions of members who are new or have another role.</summary>
    public async Task TellMembersAsync(ConversationId id, IReadOnlyDictionary<UserId, string> members, Delivery delivery)
    {
        var rest = Notifications.UpdateMembersRest(reset: false, members);
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
        {
            foreach (var user in members.Keys)
                delivery.Mention(live.Session, user);
            delivery.Add(live.Session, WireJson.Splice(Notifications.UpdateMembersHead, live.WindowId, rest));
        }
    }

    /// <summary>Tells the live sessions that members are gone.</summary>
    public async Task TellMembersGoneAsync(ConversationId id, IReadOnlyList<UserId> users, Delivery delivery)
    {
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
        {
            foreach (var user in users)
                delivery.Mention(live.Session, user);
            delivery.Add(live.Session, Notifications.DeleteMembers(live.WindowId, users));
        }
    }

    /// <summary>Tells one member's live sessions of the own role.</summary>
    public async Task TellRoleAsync(ConversationId id, UserId user, string role, Delivery delivery)
    {
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
        {
            if (live.Session.UserId == user)
                delivery.Add(live.Session, Notifications.UpdateWindow(live.WindowId, new WindowChanges { Role = role }));
        }
    }

    /// <summary>Sets a field of the record that windows show (<c>topic</c>, <c>password</c>), and tells the live sessions.</summary>
    public async Task SetFieldAsync(ConversationId id, string field, string value, Delivery delivery)
    {
        await fence.ExecuteAsync("HSET", RedisKeys.Conversation(id), field, value);
        var changes = field == "topic" ? new WindowChanges { Topic = value } : new WindowChanges { Password = value };
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
            delivery.Add(live.Session, Notifications.UpdateWindow(live.WindowId, changes));
    }

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
