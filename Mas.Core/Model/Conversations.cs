using System.Collections.Concurrent;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>Reads conversations, their members and their indexes. <see cref="ConversationWriter"/> changes them.</summary>
public sealed class Conversations(RedisConnection redis)
{
    private const int MaxKinds = 100_000;

    private readonly MasterDatabase _database = redis.Database;
    private readonly GidReservations _gids = new(redis);
    private readonly ConcurrentDictionary<ConversationId, ConversationKind> _kinds = new();

    /// <summary>The record, or null when there is none.</summary>
    public async Task<Conversation?> FindAsync(ConversationId id) =>
        Conversation.From(id, await _database.HashGetAsync(RedisKeys.Conversation(id), Conversation.Fields));

    /// <summary>The parts of the record that never change, or null when there is none. They are cached.</summary>
    public async ValueTask<ConversationKind?> FindKindAsync(ConversationId id)
    {
        if (_kinds.TryGetValue(id, out var kind))
            return kind;
        if (await FindAsync(id) is not { } conversation)
            return null;
        // Clearing the cache costs one read for each conversation that is still in use.
        if (_kinds.Count >= MaxKinds)
            _kinds.Clear();
        return _kinds[id] = new ConversationKind(conversation.Network, conversation.IsGroup);
    }

    /// <summary>The id of a group, by its name folded by the network's casemapping.</summary>
    public Task<ConversationId?> FindGroupAsync(string network, string foldedName) =>
        FindByIndexAsync(RedisKeys.GroupField(network, foldedName));

    /// <summary>The id of the one-on-one of two users on a network.</summary>
    public Task<ConversationId?> FindOneOnOneAsync(string network, UserId one, UserId other) =>
        FindByIndexAsync(RedisKeys.OneOnOneField(network, one, other));

    /// <summary>A user's one-on-ones, open or not. Scans the whole index.</summary>
    public async IAsyncEnumerable<(string Network, ConversationId Id)> FindOneOnOnesAsync(UserId user)
    {
        await foreach (var entry in RedisScans.HashAsync(redis, RedisKeys.ConversationIndex, CancellationToken.None))
        {
            if (((string)entry.Name!).Split(':') is ["1on1", var network, var one, var other] && (one == user.Value || other == user.Value)
                && ConversationId.TryParse(entry.Value, out var id))
                yield return (network, id);
        }
    }

    /// <summary>All members with their roles, detached ones included.</summary>
    public async Task<IReadOnlyDictionary<UserId, string>> GetMembersAsync(ConversationId id)
    {
        var entries = await _database.HashGetAllAsync(RedisKeys.ConversationMembers(id));
        var members = new Dictionary<UserId, string>(entries.Length);
        foreach (var entry in entries)
        {
            if (UserId.TryParse(entry.Name, out var user))
                members[user] = entry.Value!;
        }
        return members;
    }

    /// <summary>The role of one user, or null for somebody who is not a member.</summary>
    public async Task<string?> GetRoleAsync(ConversationId id, UserId user) =>
        await _database.HashGetAsync(RedisKeys.ConversationMembers(id), user.Value);

    /// <summary>The roles of several users, null for those who are not members.</summary>
    public async Task<string?[]> GetRolesAsync(ConversationId id, IReadOnlyList<UserId> users)
    {
        var fields = new RedisValue[users.Count];
        for (var i = 0; i < fields.Length; i++)
            fields[i] = users[i].Value;
        var values = await _database.HashGetAsync(RedisKeys.ConversationMembers(id), fields);
        return Array.ConvertAll(values, value => (string?)value);
    }

    /// <summary>The sessions that are live now, with each one's windowId.</summary>
    public async Task<List<LiveSession>> GetLiveSessionsAsync(ConversationId id)
    {
        var entries = await _database.HashGetAllAsync(RedisKeys.ConversationSessions(id));
        var sessions = new List<LiveSession>(entries.Length);
        foreach (var entry in entries)
        {
            if (SessionRef.TryParse(entry.Name, out var session) && entry.Value.TryParseLong(out var windowId))
                sessions.Add(new LiveSession(session, (int)windowId));
        }
        return sessions;
    }

    /// <summary>Reserves gids.</summary>
    /// <returns>The first of them; they are consecutive.</returns>
    public Task<long> ReserveGidsAsync(int count) => _gids.ReserveAsync(count);

    /// <summary>Raises the counter of gids to at least one that is in use: a replica that took over may be behind.</summary>
    public Task RaiseGidsAsync(long used) => _database.RaiseAsync(RedisKeys.NextMsgId, used);

    private async Task<ConversationId?> FindByIndexAsync(RedisValue field) =>
        ConversationId.TryParse(await _database.HashGetAsync(RedisKeys.ConversationIndex, field), out var id) ? id : null;
}

/// <summary>A live session that shows a conversation, from <c>conversationsessions:&lt;conversationId&gt;</c>.</summary>
/// <param name="Session">The session.</param>
/// <param name="WindowId">Its user's window of the conversation.</param>
public readonly record struct LiveSession(SessionRef Session, int WindowId);

/// <summary>The parts of a conversation's record that never change. Ids are never reused.</summary>
/// <param name="Network"><see cref="Networks.Mas"/> or an IRC network.</param>
/// <param name="IsGroup">Whether it is a group (or channel), else a one-on-one.</param>
public sealed record ConversationKind(string Network, bool IsGroup);
