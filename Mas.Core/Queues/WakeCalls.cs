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
    /// <param name="sessions">The sessions.</param>
    /// <param name="traceparent">The trace that goes on with their frames; null when what was pushed is not traced.</param>
    /// <returns>Those of them whose server nobody is: they may be gone.</returns>
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

        /// <summary>By server, the names of its sessions, separated by spaces.</summary>
        internal Dictionary<string, StringBuilder> Names { get; } = new(StringComparer.Ordinal);

        /// <summary>By server, what the wake-up carries of traces (<see cref="WakeTrace"/>).</summary>
        internal Dictionary<string, StringBuilder> Traces { get; } = new(StringComparer.Ordinal);

        /// <summary>Servers that nobody listens for.</summary>
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
