using System.Collections.Concurrent;
using Mas.Core.Telemetry;

namespace Mas.Server.Sockets;

/// <summary>The sessions whose sockets this server holds.</summary>
internal sealed class SessionRegistry
{
    private readonly ConcurrentDictionary<SessionRef, SocketSession> _sessions = new();
    private readonly ConcurrentDictionary<SessionRef, SocketSession> _registered = new();

    public SessionRegistry() =>
        MasMeter.Meter.CreateObservableUpDownCounter("mas.sessions", () => _sessions.Count, "{session}", "Live sessions on this server");

    /// <summary>All, also those that are being started.</summary>
    internal ICollection<SocketSession> All => _sessions.Values;

    /// <summary>Those that Redis knows, so that heartbeats are due.</summary>
    internal ICollection<SocketSession> Registered => _registered.Values;

    internal void Add(SocketSession session) => _sessions[session.Ref] = session;

    internal void AddRegistered(SocketSession session) => _registered[session.Ref] = session;

    internal void Remove(SocketSession session)
    {
        _sessions.TryRemove(session.Ref, out _);
        _registered.TryRemove(session.Ref, out _);
    }

    internal SocketSession? Find(SessionRef session) => _sessions.GetValueOrDefault(session);
}
