using Mas.Core.Protocol;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>Live sessions: <c>sessionlist</c>, <c>sessionlastheartbeat</c>, <c>sessionlogins</c> and <c>lastlogout</c>.</summary>
public sealed class Sessions(RedisConnection redis, SessionCleanup cleanup, Logins logins, TimeProvider time)
{
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>
    /// Registers a session before anything of its user's view is read, so that it misses nothing. Ending a login writes the login and then
    /// reads the sessions; this writes the session and then reads the login. So at least one of the two sees the other.
    /// </summary>
    /// <returns>Null; or why not, a constant of <see cref="TerminateCode"/>, and nothing is left then.</returns>
    public async Task<string?> TryRegisterAsync(SessionRef session, string loginDigest, int maxSessions)
    {
        var user = session.UserId;
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var listed = _database.SortedSetAddAsync(RedisKeys.SessionList(user), session.SessionId, now);
        var count = _database.SortedSetLengthAsync(RedisKeys.SessionList(user));
        await Task.WhenAll(
            _database.SortedSetAddAsync(RedisKeys.SessionLastHeartbeat, session.ToString(), now), listed, count, NotePresenceAsync(session),
            _database.HashSetAsync(RedisKeys.SessionLogins(user), session.SessionId, loginDigest));
        var refusal = count.Result > maxSessions ? TerminateCode.TooManySessions
            : await logins.IsLiveAsync(user, loginDigest) ? null
            : TerminateCode.LoggedOut;
        if (refusal is not null)
            await EndAsync(session);
        return refusal;
    }

    /// <summary>Subscribes a session to a conversation; called before its messages are read.</summary>
    public Task ListenAsync(ConversationId conversation, SessionRef session, int windowId) =>
        _database.HashSetAsync(RedisKeys.ConversationSessions(conversation), session.ToString(), windowId);

    /// <summary>Undoes <see cref="ListenAsync"/> when the window turns out to be gone.</summary>
    public Task UnlistenAsync(ConversationId conversation, SessionRef session) =>
        _database.HashDeleteAsync(RedisKeys.ConversationSessions(conversation), session.ToString());

    /// <summary>Whether a session is still in its user's list, which is the first thing that a session's end changes.</summary>
    public async Task<bool> IsListedAsync(SessionRef session) =>
        await _database.SortedSetScoreAsync(RedisKeys.SessionList(session.UserId), session.SessionId) is not null;

    /// <summary>The user's live sessions.</summary>
    public async Task<SessionRef[]> GetAsync(UserId user) =>
        Array.ConvertAll(await _database.SortedSetRangeByRankAsync(RedisKeys.SessionList(user)), id => new SessionRef(user, id!));

    /// <summary>The user's live sessions that began with a login.</summary>
    public async Task<SessionRef[]> GetByLoginAsync(UserId user, string loginDigest)
    {
        var entries = await _database.HashGetAllAsync(RedisKeys.SessionLogins(user));
        return [.. entries.Where(entry => entry.Value == loginDigest).Select(entry => new SessionRef(user, entry.Name!))];
    }

    /// <summary>Writes the heartbeats of many sessions at once; a session that was ended is not revived.</summary>
    /// <returns>The indexes of those that have been ended.</returns>
    public async Task<int[]> HeartbeatAsync(IReadOnlyList<SessionRef> sessions)
    {
        var beat = new object[sessions.Count * 2 + 2];
        var ask = new object[sessions.Count + 1];
        ask[0] = beat[0] = RedisKeys.SessionLastHeartbeat;
        beat[1] = "XX";
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        for (var i = 0; i < sessions.Count; i++)
        {
            beat[2 * i + 2] = now;
            beat[2 * i + 3] = ask[i + 1] = sessions[i].ToString();
        }
        var beaten = _database.ExecuteAsync("ZADD", beat);
        var scores = (RedisValue[])(await _database.ExecuteAsync("ZMSCORE", ask))!;
        await beaten;
        return [.. Enumerable.Range(0, scores.Length).Where(i => scores[i].IsNull)];
    }

    /// <summary>Sessions whose last heartbeat is older than the idle timeout.</summary>
    public Task<SessionRef[]> GetIdleAsync(TimeSpan idleTimeout, int most) => GetOlderAsync(RedisKeys.SessionLastHeartbeat, idleTimeout, most);

    /// <summary>Ends a session. The removal of its heartbeat decides who of several does it.</summary>
    /// <returns>Whether this call ended it.</returns>
    public async Task<bool> EndAsync(SessionRef session)
    {
        // Keys first: were the heartbeat removed first, a crash in between would leave keys that nobody looks for.
        await Task.WhenAll(cleanup.RemoveKeysAsync(session), NotePresenceAsync(session));
        // Who is pushing to it at this moment may crash before it finds out that the session is gone.
        await NoteEndAsync(session);
        return await _database.SortedSetRemoveAsync(RedisKeys.SessionLastHeartbeat, session.ToString());
    }

    /// <summary>Ends a session whose heartbeat is older than the idle timeout still: one that has beaten since it was found lives on.</summary>
    /// <returns>Whether this call ended it.</returns>
    public async Task<bool> EndIdleAsync(SessionRef session, TimeSpan idleTimeout)
    {
        // The heartbeat goes first: behind one that succeeds its server relies on the session being whole. So what leads to the keys,
        // were this broken off behind that, has to be there before.
        await NoteEndAsync(session);
        if (!await _database.RemoveMemberAsync(RedisKeys.SessionLastHeartbeat, session.ToString(), Before(idleTimeout)))
            return false;
        await Task.WhenAll(cleanup.RemoveKeysAsync(session), NotePresenceAsync(session));
        return true;
    }

    /// <summary>Says that the friends know of a session's beginning or end.</summary>
    public Task SettlePresenceAsync(SessionRef session) => _database.SortedSetRemoveAsync(RedisKeys.PresenceDue, session.ToString());

    /// <summary>Sessions whose beginning or end should have been told long ago: whoever was to do it has crashed.</summary>
    public Task<SessionRef[]> GetUnsettledAsync(TimeSpan olderThan, int most) => GetOlderAsync(RedisKeys.PresenceDue, olderThan, most);

    /// <summary>
    /// Removes the keys of sessions again that ended some time ago, in case that something was pushed behind their end.
    /// </summary>
    /// <param name="ago">Longer than any push is under way; a lease bounds that.</param>
    /// <param name="most">So many of them at most.</param>
    public async Task TidyEndedAsync(TimeSpan ago, int most)
    {
        var before = Before(ago);
        foreach (var member in await _database.SortedSetRangeByScoreAsync(RedisKeys.EndedSessions, before, most))
        {
            if (SessionRef.TryParse(member, out var session))
            {
                // Whoever ended it has crashed before the friends could be told.
                if (await IsListedAsync(session))
                    await NotePresenceAsync(session);
                await cleanup.RemoveGoneAsync([session]);
            }
            await _database.RemoveMemberAsync(RedisKeys.EndedSessions, member, before);
        }
    }

    /// <summary>
    /// Brings <c>lastlogout</c> in line with whether the user has sessions (0 = online). Two of these may run at once:
    /// each looks again after it wrote, so the last write is right.
    /// </summary>
    /// <returns>The presence that was written, or null when nothing changed.</returns>
    public async Task<(bool Online, long Last)?> UpdatePresenceAsync(UserId user)
    {
        (bool, long)? written = null;
        for (; ; )
        {
            var sessions = _database.SortedSetLengthAsync(RedisKeys.SessionList(user));
            var stored = _database.HashGetAsync(RedisKeys.User(user), ["lastlogout", "inuse"]);
            await Task.WhenAll(sessions, stored);
            var online = sessions.Result > 0;
            if (stored.Result[1].IsNull || stored.Result[0].LongOr(-1) == 0 == online)
                return written;
            var last = online ? 0 : time.GetUtcNow().ToUnixTimeSeconds();
            await _database.HashSetAsync(RedisKeys.User(user), "lastlogout", last);
            written = (online, last);
        }
    }

    private async Task<SessionRef[]> GetOlderAsync(RedisKey key, TimeSpan than, int most)
    {
        var members = await _database.SortedSetRangeByScoreAsync(key, Before(than), most);
        var sessions = new List<SessionRef>(members.Length);
        foreach (var member in members)
        {
            if (SessionRef.TryParse(member, out var session))
                sessions.Add(session);
        }
        return [.. sessions];
    }

    private long Before(TimeSpan ago) => (time.GetUtcNow() - ago).ToUnixTimeSeconds();

    private Task<bool> NoteEndAsync(SessionRef session) =>
        _database.SortedSetAddAsync(RedisKeys.EndedSessions, session.ToString(), time.GetUtcNow().ToUnixTimeSeconds());

    private Task<bool> NotePresenceAsync(SessionRef session) =>
        _database.SortedSetAddAsync(RedisKeys.PresenceDue, session.ToString(), time.GetUtcNow().ToUnixTimeSeconds());
}
