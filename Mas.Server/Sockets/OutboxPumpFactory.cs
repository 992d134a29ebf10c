using Mas.Core.Redis;

namespace Mas.Server.Sockets;

/// <summary>Makes <see cref="OutboxPump"/>s.</summary>
internal sealed class OutboxPumpFactory(RedisConnection redis, DeliveryCheck delivery, SessionOptions options, ILogger<OutboxPump> logger)
{
    internal OutboxPump Create(SocketSession session, WebSocketChannel channel) => new(session, channel, redis, delivery, options.OutboxCap, logger);
}
