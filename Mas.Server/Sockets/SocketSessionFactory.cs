
namespace Mas.Server.Sockets;

/// <summary>Makes <see cref="SocketSession"/>s, which end when the server stops.</summary>
internal sealed class SocketSessionFactory(
    ServerIdentity identity, OutboxPumpFactory pumps, SessionOptions options, TimeProvider time, IHostApplicationLifetime lifetime)
{
    internal SocketSession Create(UserId user, WebSocketChannel channel) => new(
        new SessionRef(user, identity.NewSessionId()), channel, new HeartbeatAge(time, TimeSpan.FromSeconds(options.IdleTimeoutSeconds / 2.0)), pumps, lifetime);
}
