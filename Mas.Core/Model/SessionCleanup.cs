using Mas.Core.Redis;

namespace Mas.Core.Model;

/// <summary>Removes what is left of sessions in Redis, so that no outbox outlives its session.</summary>
public sealed class SessionCleanup(RedisConnection redis)
{
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>
    /// Removes the keys of sessions that a push went to but that no server holds. A session whose heartbeat still stands
    /// is left: its server may only have lost its subscription for a moment, and the sweeper ends it in time if not.
    /// </summary>
    public async Task RemoveGoneAsync(IEnumerable<SessionRef> sessions)
    {
        foreach (var session in sessions)
        {
            if (await _database.SortedSetScoreAsync(RedisKeys.SessionLastHeartbeat, session.ToString()) is null)
                await RemoveKeysAsync(session);
        }
    }

    /// <summary>
    /// Removes every key of a session but its heartbeat. Running it twice, or beside somebody who adds a window, is safe:
    /// the session leaves <c>sessionlist</c> before <c>windowlist</c> is read.
    /// </summary>
    public async Task RemoveKeysAsync(SessionRef session)
    {
        var user = session.UserId;
        await Task.WhenAll(
            _database.SortedSetRemoveAsync(RedisKeys.SessionList(user), session.SessionId),
            _database.HashDeleteAsync(RedisKeys.SessionLogins(user), session.SessionId));
        var windowIds = await _database.SetMembersAsync(RedisKeys.WindowList(user));
        var conversations = await Task.WhenAll(windowIds.Select(id =>
            _database.HashGetAsync(RedisKeys.Window(user, (int)id.LongOr(0)), "conversationId")));
        var removals = new List<Task>();
        foreach (var value in conversations)
        {
            if (ConversationId.TryParse(value, out var conversation))
                removals.Add(_database.HashDeleteAsync(RedisKeys.ConversationSessions(conversation), session.ToString()));
        }
        removals.Add(_database.KeyDeleteAsync(RedisKeys.Outbox(session)));
        removals.Add(_database.KeyDeleteAsync(RedisKeys.SessionKnownUserIds(session)));
        await Task.WhenAll(removals);
    }
}
