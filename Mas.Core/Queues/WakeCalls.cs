using System.Text;
using Mas.Core.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Tells servers, on <c>wake:&lt;serverId&gt;</c>, which of their sessions have something in their outboxes: one PUBLISH a
/// server for all that was pushed while the one before it was under way.
/// </summary>
internal sealed class WakeCalls
{
    private readonly RedisConnection _redis;
    private readonly Coalescer<Batch> _calls;

    internal WakeCalls(RedisConnection redis)
    {
        _redis = redis;
        _calls = new(() => new Batch(), PublishAsync);
    }

    /// <summary>Wakes the servers of sessions that have been pushed to.</summary>
    /// <returns>Those of them whose server nobody is: they may be gone.</returns>
    internal async Task<IEnumerable<SessionRef>> CallAsync(IReadOnlyCollection<SessionRef> sessions)
    {
        var batch = await _calls.JoinAsync(batch => batch.Add(sessions));
        return batch.Unheard.Count == 0 ? [] : sessions.Where(session => batch.Unheard.Contains(session.ServerId));
    }

    private async Task PublishAsync(Batch batch)
    {
        var calls = batch.Names.Select(server => (Server: server.Key, Receivers: _redis.Database.PublishAsync(
            RedisKeys.Wake(server.Key), server.Value.ToString()))).ToArray();
        foreach (var (server, receivers) in calls)
        {
            if (await receivers == 0)
                batch.Unheard.Add(server);
        }
    }

    private sealed class Batch
    {
        private readonly HashSet<SessionRef> _sessions = [];

        /// <summary>By server, the names of its sessions, separated by spaces.</summary>
        internal Dictionary<string, StringBuilder> Names { get; } = new(StringComparer.Ordinal);

        /// <summary>Servers that nobody listens for.</summary>
        internal HashSet<string> Unheard { get; } = new(StringComparer.Ordinal);

        internal void Add(IEnumerable<SessionRef> sessions)
        {
            foreach (var session in sessions)
            {
                if (!_sessions.Add(session))
                    continue;
                if (!Names.TryGetValue(session.ServerId, out var names))
                    Names[session.ServerId] = names = new StringBuilder();
                names.Append(names.Length > 0 ? " " : "").Append(session.UserId.Value).Append(':').Append(session.SessionId);
            }
        }
    }
}
