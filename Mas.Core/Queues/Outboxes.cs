using System.Diagnostics;
using System.Diagnostics.Metrics;
using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.Core.Telemetry;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Pushes notifications to <c>outbox:&lt;userId&gt;:&lt;sessionId&gt;</c>, and wakes the sessions' servers. A <see cref="Delivery"/>
/// collects the notifications of one piece of work, and is flushed once.
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

    /// <summary>Starts a delivery.</summary>
    /// <param name="fence">
    /// The worker's lease: once it is over, nothing is pushed. Null for a server, which notifies of changes that it makes itself.
    /// </param>
    public Delivery NewDelivery(FencingToken? fence = null) => new(this, fence);

    /// <summary>Pushes an entry to all live sessions of a user.</summary>
    /// <param name="mentions">Users that the entry mentions.</param>
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
/// Collects entries for sessions, in order for each. Not thread-safe. A flush costs one LPUSH for each session, in one pipeline, and at
/// most one PUBLISH for each server (<see cref="WakeCalls"/>).
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

    /// <summary>Adds an entry for a session.</summary>
    public void Add(SessionRef session, byte[] entry)
    {
        if (!_entries.TryGetValue(session, out var list))
            _entries[session] = list = new List<RedisValue>(4);
        list.Add(entry);
    }

    /// <summary>Notes that an entry for the session mentions a user, who has to be introduced first.</summary>
    public void Mention(SessionRef session, UserId user)
    {
        if (!_outboxes.Known.Contains(session, user))
            _unknown.Add((session, user));
    }

    /// <summary>
    /// Waits for replicas (<see cref="RedisConnection.ConfirmWritesAsync"/>), then introduces, pushes and wakes. When it throws, a part may
    /// be done. A repetition is harmless: clients drop duplicates by gid, and all other notifications are idempotent.
    /// </summary>
    /// <exception cref="LeaseLostException">
    /// The lease is over. The next holder notifies the sessions; entries of this one would be outdated.
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
        // As a batch, so that the commands share a packet.
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
        // On a single Redis the wake-ups follow the pushes on the same connection. On a cluster they could overtake them, and the server
        // would find nothing.
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
    /// Pushes ADD_USERS to the sessions that need it, before their entries. <c>sessionknownuserids</c> is written after that push, so that
    /// a crash in between repeats an introduction instead of losing it.
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
                // Often a whole group hears of one newcomer: one JSON serves all.
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
