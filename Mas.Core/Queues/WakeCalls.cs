using System.Text;
using Mas.Core.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Tells servers, on <c>wake:&lt;serverId&gt;</c>, which of their sessions have entries in their outboxes. Wake-ups that arise while a
/// PUBLISH is in flight share the next one.
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

    /// <summary>Wakes the servers of sessions whose outboxes were pushed to.</summary>
    /// <param name="traceparent">The trace of the pushed entries, or null.</param>
    /// <returns>Sessions whose server did not receive it: they may have ended.</returns>
    internal async Task<IEnumerable<SessionRef>> CallAsync(IReadOnlyCollection<SessionRef> sessions, string? traceparent = null)
    {
        var batch = await _calls.JoinAsync(batch =>
        {
            batch.Add(sessions);
            if (traceparent is not null)
                batch.Trace(traceparent, sessions);
        });
        return batch.Unheard.Count == 0 ? [] : sessions.Where(session => batch.Unheard.Contains(session.ServerId));
    }

    private async Task PublishAsync(Batch batch)
    {
        var calls = batch.Names.Select(server => (Server: server.Key, Receivers: _redis.Database.PublishAsync(
            RedisKeys.Wake(server.Key), $"{batch.Traces.GetValueOrDefault(server.Key)}{server.Value}"))).ToArray();
        foreach (var (server, receivers) in calls)
        {
            if (await receivers == 0)
                batch.Unheard.Add(server);
        }
    }

    private sealed class Batch
    {
        private readonly HashSet<SessionRef> _sessions = [];

        /// <summary>For each server the names of its sessions, separated by spaces.</summary>
        internal Dictionary<string, StringBuilder> Names { get; } = new(StringComparer.Ordinal);

        /// <summary>For each server the traces (<see cref="WakeTrace"/>).</summary>
        internal Dictionary<string, StringBuilder> Traces { get; } = new(StringComparer.Ordinal);

        /// <summary>Servers without a subscriber.</summary>
        internal HashSet<string> Unheard { get; } = new(StringComparer.Ordinal);

        internal void Trace(string traceparent, IEnumerable<SessionRef> sessions)
        {
            foreach (var server in sessions.GroupBy(session => session.ServerId, StringComparer.Ordinal))
            {
                if (!Traces.TryGetValue(server.Key, out var traces))
                    Traces[server.Key] = traces = new StringBuilder();
                WakeTrace.Append(traces, traceparent, server);
            }
        }

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
