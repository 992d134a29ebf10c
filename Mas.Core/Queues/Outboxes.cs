using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.Core.Telemetry;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// The way to clients: pushes notifications to <c>outbox:&lt;userId&gt;:&lt;sessionId&gt;</c> and wakes the servers that hold the
/// sessions. A <see cref="Delivery"/> collects what one piece of work tells, and is flushed once.
/// </summary>
public sealed class Outboxes(RedisConnection redis, UserCards cards, Sessions sessions, SessionCleanup cleanup)
{
    internal static readonly Counter<long> Delivered =
        MasMeter.Meter.CreateCounter<long>("mas.outbox.pushed", "{entry}", "Entries pushed to outboxes");

    internal KnownUsers Known { get; } = new();

    internal RedisConnection Redis { get; } = redis;

    internal UserCards Cards { get; } = cards;

    internal SessionCleanup Cleanup { get; } = cleanup;

    internal WakeCalls Wakes { get; } = new(redis);

    /// <summary>Begins to collect.</summary>
    /// <param name="fence">
    /// The lease under which a worker tells this: once it is over, nothing is told any more. Null for a server, which tells of
    /// its own user's things.
    /// </param>
    public Delivery NewDelivery(FencingToken? fence = null) => new(this, fence);

    /// <summary>Tells every live session of a user the same.</summary>
    /// <param name="user">Who.</param>
    /// <param name="entry">What.</param>
    /// <param name="mentions">Whom the entry mentions.</param>
    /// <param name="fence">As for <see cref="NewDelivery"/>.</param>
    public async Task SendToUserAsync(UserId user, byte[] entry, IReadOnlyList<UserId>? mentions = null, FencingToken? fence = null)
    {
        var delivery = NewDelivery(fence);
        foreach (var session in await sessions.GetAsync(user))
        {
            foreach (var mentioned in mentions ?? [])
                delivery.Mention(session, mentioned);
            delivery.Add(session, entry);
        }
        await delivery.FlushAsync();
    }
}

/// <summary>
/// Entries for sessions, in order for each. Not thread-safe. Flushing costs one LPUSH a session, in one pipeline, and
/// at most one PUBLISH a server (<see cref="WakeCalls"/>).
/// </summary>
public sealed class Delivery
{
    private readonly Outboxes _outboxes;
    private readonly FencingToken? _fence;
    private readonly long _since;
    private readonly Dictionary<SessionRef, List<RedisValue>> _entries = [];
    private readonly HashSet<(SessionRef Session, UserId User)> _unknown = [];

    internal Delivery(Outboxes outboxes, FencingToken? fence)
    {
        _outboxes = outboxes;
        _fence = fence;
        _since = outboxes.Redis.WriteGeneration;
    }

    /// <summary>Adds an entry for a session, behind those that it has.</summary>
    public void Add(SessionRef session, byte[] entry)
    {
        if (!_entries.TryGetValue(session, out var list))
            _entries[session] = list = new List<RedisValue>(4);
        list.Add(entry);
    }

    /// <summary>Says that what is added for the session mentions a user, who has to be introduced if that was not done yet.</summary>
    public void Mention(SessionRef session, UserId user)
    {
        if (!_outboxes.Known.Contains(session, user))
            _unknown.Add((session, user));
    }

    /// <summary>
    /// Introduces, pushes and wakes, once what was done outlives a master. When it throws, some of it may have happened; doing it again is harmless, since
    /// clients drop doubles by gid and every other notification says how things are.
    /// </summary>
    /// <exception cref="LeaseLostException">
    /// The lease is over: whoever has it now tells how things are, and what is told here would be older.
    /// </exception>
    public async Task FlushAsync()
    {
        if (_entries.Count == 0)
            return;
        using var step = MasTracing.StartStep("push to outboxes", ActivityKind.Producer);
        await _outboxes.Redis.ConfirmWritesAsync(_since);
        _fence?.ThrowIfLost();
        var introduced = _unknown.Count > 0 ? await IntroduceAsync() : [];
        _fence?.ThrowIfLost();
        // Written at once: each command for itself would be a packet of its own when there is little to do.
        var batch = _outboxes.Redis.Database.CreateBatch();
        var pushes = new Task[_entries.Count];
        var i = 0;
        var count = 0;
        foreach (var (session, entries) in _entries)
        {
            pushes[i++] = batch.ListLeftPushAsync(RedisKeys.Outbox(session), [.. entries]);
            count += entries.Count;
        }
        batch.Execute();
        // On one Redis the wake-ups follow the pushes on the same connection. On a cluster they go another way, and a
        // server that is woken too early finds nothing.
        if (_outboxes.Redis.IsCluster)
            await Task.WhenAll(pushes);
        var unheard = _outboxes.Wakes.CallAsync(_entries.Keys, step?.Id);
        await Task.WhenAll(pushes);
        foreach (var (session, user) in introduced)
            _outboxes.Known.Add(session, user);
        Outboxes.Delivered.Add(count);
        await _outboxes.Cleanup.RemoveGoneAsync(await unheard);
        _entries.Clear();
        _unknown.Clear();
    }

    /// <summary>
    /// Pushes ADD_USERS ahead of the entries of the sessions that need it. <c>sessionknownuserids</c> is written behind that
    /// push, never before it: a crash in between introduces twice, which is harmless, and never not at all.
    /// </summary>
    private async Task<List<(SessionRef, UserId)>> IntroduceAsync()
    {
        var database = _outboxes.Redis.Database;
        var pairs = _unknown.ToList();
        var known = await Task.WhenAll(pairs.Select(pair =>
            database.SetContainsAsync(RedisKeys.SessionKnownUserIds(pair.Session), pair.User.Value)));
        var strangers = pairs.Where((_, i) => !known[i]).ToLookup(pair => pair.Session, pair => pair.User);
        if (strangers.Count > 0)
        {
            var users = strangers.SelectMany(session => session).Distinct().ToList();
            var cards = (await _outboxes.Cards.GetAsync(users)).Zip(users).ToDictionary(pair => pair.Second, pair => pair.First);
            var single = new Dictionary<UserId, byte[]>();
            var written = new List<Task>();
            foreach (var session in strangers)
            {
                var ids = session.ToList();
                // Most often a whole group hears of one newcomer: that is one JSON for all.
                if (ids.Count > 1 || !single.TryGetValue(ids[0], out var entry))
                    entry = Protocol.Notifications.AddUsers(ids, ids.ConvertAll(id => cards[id]));
                if (ids.Count == 1)
                    single[ids[0]] = entry;
                written.Add(database.ListLeftPushAsync(RedisKeys.Outbox(session.Key), entry));
                written.Add(database.SetAddAsync(RedisKeys.SessionKnownUserIds(session.Key), ids.ConvertAll(id => (RedisValue)id.Value).ToArray()));
            }
            await Task.WhenAll(written);
        }
        return pairs;
    }
}
