using System.Collections.Concurrent;
using Mas.Core.Model;
using Mas.Core.Telemetry;

namespace Mas.Server.Sockets;

/// <summary>The sessions whose sockets this server holds.</summary>
internal sealed class SessionRegistry
{
    private readonly ConcurrentDictionary<SessionRef, SocketSession> _sessions = new();

    public SessionRegistry() =>
        MasMeter.Meter.CreateObservableUpDownCounter("mas.sessions", () => _sessions.Count, "{session}", "Live sessions on this server");

    internal ICollection<SocketSession> All => _sessions.Values;

    internal void Add(SocketSession session) => _sessions[session.Ref] = session;

    internal void Remove(SocketSession session) => _sessions.TryRemove(session.Ref, out _);

    internal SocketSession? Find(SessionRef session) => _sessions.GetValueOrDefault(session);
}
