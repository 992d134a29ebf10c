using Mas.Core.Redis;
using Mas.Server.Requests;

namespace Mas.Server.Sockets;

/// <summary>Runs a session: registers it, sends its snapshot, then moves its outbox out and its requests in until it ends.</summary>
internal sealed class SessionRunner(
    SocketSessionFactory sessions, SessionRegistrar registrar, SessionSnapshot snapshots, RequestSessionFactory requestSessions, RequestLoop requests, RedisConnection redis)
{
    /// <summary>
    /// How long a step of a session's start or end waits for Redis. Bounded, since many commands in sequence may each take the
    /// whole time-out.
    /// </summary>
    internal static TimeSpan Patience(RedisConnection redis) => 4 * redis.Timeout;

    /// <param name="channel">The socket.</param>
    /// <param name="init">What the client asked for.</param>
    /// <param name="login">Who it is.</param>
    /// <param name="address">Where the client is, for the log.</param>
    internal async Task RunAsync(WebSocketChannel channel, InitRequest init, SessionLogin login, string address)
    {
        using var session = sessions.Create(login.User, channel);
        await using var registration = await registrar.AddAsync(session);
        if (await registration.TryBeginAsync(login.Digest, address) is { } refusal)
        {
            await refusal.RefuseAsync(channel);
            return;
        }
        var snapshot = await snapshots.ReadAsync(session.Ref, init).WaitAsync(Patience(redis));
        await session.SendAsync(snapshot.Entries);
        session.Pump.Start(snapshot.Held);
        using var requestSession = requestSessions.Create(session.Ref, login.Digest, snapshot.Targets, session.SendUnlessOverAsync);
        await requests.RunAsync(channel, session, requestSession);
    }
}
