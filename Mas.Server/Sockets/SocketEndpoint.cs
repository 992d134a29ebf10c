using System.Net.WebSockets;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;
using Mas.Server.Accounts;
using Mas.Server.Requests;

namespace Mas.Server.Sockets;

/// <summary><c>/ws</c>: a socket from its upgrade to its end.</summary>
internal sealed partial class SocketEndpoint(
    RedisConnection redis, FailoverWatch failovers, ServerIdentity identity, SessionRegistry registry, SessionAuthenticator authenticator, SessionSnapshot snapshot,
    Sessions sessions, Presence presence, RequestDispatcher dispatcher, ServerOptions server, SessionOptions options, LimitsOptions limits,
    HistoryOptions history, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<SocketEndpoint> logger)
{
    private const string SubProtocol = "mas.v1";
    private const string ProtocolVersion = "1.0";

    /// <summary>
    /// How long a session's start or end waits for Redis. Bounded, since the client library may lose an answer for good when its connections
    /// break: the socket would never be read, nor its session end.
    /// </summary>
    private readonly TimeSpan _patience = 4 * redis.Timeout;

    internal async Task RunAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            await http.Response.WriteAsync("This is a WebSocket endpoint.\n");
            return;
        }
        if (!IsAllowedOrigin(http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }
        using var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = http.WebSockets.WebSocketRequestedProtocols.Contains(SubProtocol) ? SubProtocol : null,
            KeepAliveInterval = TimeSpan.FromSeconds(options.PingSeconds),
            KeepAliveTimeout = TimeSpan.FromSeconds(options.PingSeconds),
        });
        using var channel = new WebSocketChannel(socket, limits.FrameBytes);
        var cookie = LoginCookie.Read(http.Request);
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "";
        if (await ReceiveInitAsync(channel) is not { } init)
            return;
        try
        {
            await RunAsync(channel, init, cookie, address);
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            LogAway(logger, e.Message);
            await RefuseAsync(channel, TerminateCode.ServerStopping, "The service is not available at the moment. Please connect again.", WebSocketCloseStatus.EndpointUnavailable);
        }
    }

    private async Task<InitRequest?> ReceiveInitAsync(WebSocketChannel channel)
    {
        InitRequest? init = null;
        using var done = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
        var receiving = channel.ReceiveAsync(frame =>
        {
            init = InitRequest.Read(frame, history.Backlog);
            return Task.CompletedTask;
        });
        var tooLate = RefuseLaterAsync(receiving, done.Token);
        var received = await receiving;
        await done.CancelAsync();
        if (await tooLate || lifetime.ApplicationStopping.IsCancellationRequested)
            return null;
        if (received == Received.TooLarge)
            await RefuseAsync(channel, TerminateCode.ProtocolError, "The frame is larger than allowed.", WebSocketCloseStatus.MessageTooBig);
        else if (init is null && received != Received.Closed)
            await RefuseAsync(channel, TerminateCode.ProtocolError, "The first frame must be a valid INIT.");
        else if (init is { Version: not ProtocolVersion })
            await RefuseAsync(channel, TerminateCode.UnsupportedProtocolVersion, $"This server speaks version {ProtocolVersion}.");
        else
            return init;
        return null;

        async Task<bool> RefuseLaterAsync(Task receiving, CancellationToken cancelled)
        {
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(options.InitTimeoutSeconds), time, cancelled);
            }
            catch (OperationCanceledException)
            {
                if (lifetime.ApplicationStopping.IsCancellationRequested)
                    channel.Abort();
                return false;
            }
            await SendTerminateAsync(channel, TerminateCode.ProtocolError, "No INIT came in time.", WebSocketCloseStatus.PolicyViolation);
            // Broken at once, the goodbye might not arrive.
            await Task.WhenAny(receiving, Task.Delay(SocketSession.GoodbyeLasts, time, CancellationToken.None));
            channel.Abort();
            return true;
        }
    }

    private async Task RunAsync(WebSocketChannel channel, InitRequest init, (UserId, string)? cookie, string address)
    {
        if (await authenticator.FindAsync(init.UserId, init.Secret, init.Ticket, cookie).WaitAsync(_patience) is not var (user, digest))
        {
            await RefuseAsync(channel, TerminateCode.InvalidSecret, "Please log in.");
            return;
        }
        // As long as what it would be shown may be lost, nobody comes in: known before anything is written for them.
        await redis.ConfirmWritesAsync(redis.WriteGeneration).WaitAsync(_patience);
        using var session = new SocketSession(
            new SessionRef(user, identity.NewSessionId()), digest, channel, redis, failovers, sessions, options, limits, time, logger, lifetime.ApplicationStopped);
        // Known here before it is in Redis: a wake-up for an unknown session would remove it there.
        registry.Add(session);
        try
        {
            if (await sessions.TryRegisterAsync(session.Ref, digest, limits.SessionsPerUser).WaitAsync(_patience) is { } refusal)
            {
                await RefuseAsync(channel, refusal, refusal == TerminateCode.TooManySessions
                    ? $"You have {limits.SessionsPerUser} sessions already, which is as many as allowed."
                    : "You have logged out.");
                return;
            }
            session.IsRegistered = true;
            LogBegan(logger, session.Ref, address);
            using var stopping = lifetime.ApplicationStopping.Register(
                () => _ = session.TerminateAsync(TerminateCode.ServerStopping, "The server restarts. Please connect again.", WebSocketCloseStatus.EndpointUnavailable));
            await presence.UpdateAsync(session.Ref, isDue: false).WaitAsync(_patience);
            session.IsAnnounced = true;
            var held = await SendSnapshotAsync(session, init);
            session.Pump.Start(held);
            await ReceiveRequestsAsync(channel, session);
        }
        finally
        {
            session.Pump.Stop();
            await EndAsync(session);
        }
    }

    private async Task<IReadOnlyDictionary<int, long>> SendSnapshotAsync(SocketSession session, InitRequest init)
    {
        var (entries, held) = await snapshot.ReadAsync(session, init).WaitAsync(_patience);
        await SessionSnapshot.SendAsync(session, entries);
        return held;
    }

    private async Task ReceiveRequestsAsync(WebSocketChannel channel, SocketSession session)
    {
        Func<ReadOnlyMemory<byte>, Task> dispatch = frame => session.IsTerminated ? Task.CompletedTask : dispatcher.DispatchAsync(session, frame);
        for (; ; )
        {
            var received = await channel.ReceiveAsync(dispatch);
            switch (received)
            {
                case Received.Frame:
                    continue;
                case Received.TooLarge when !session.IsTerminated:
                    await session.TerminateAsync(TerminateCode.ProtocolError, "The frame is larger than allowed.", WebSocketCloseStatus.MessageTooBig);
                    await channel.DrainAsync(SocketSession.GoodbyeLasts);
                    return;
                case Received.NotText when !session.IsTerminated:
                    await session.TerminateAsync(TerminateCode.ProtocolError, "Frames must be text.", WebSocketCloseStatus.InvalidMessageType);
                    await channel.DrainAsync(SocketSession.GoodbyeLasts);
                    return;
                case Received.Closed when !session.IsTerminated:
                    await channel.CloseAsync(WebSocketCloseStatus.NormalClosure, "");
                    return;
                default:
                    return;
            }
        }
    }

    private async Task EndAsync(SocketSession session)
    {
        // Unknown here before its keys go: a wake-up for what was pushed behind their removal removes that too. Known still,
        // it would signal a pump that has stopped, and the outbox would stay.
        registry.Remove(session);
        try
        {
            await sessions.EndAsync(session.Ref).WaitAsync(_patience);
            await presence.UpdateAsync(session.Ref, isDue: session is { IsRegistered: true, IsAnnounced: false }).WaitAsync(_patience);
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            // No heartbeat follows any more, so a sweeper finds it when Redis is back.
            LogAway(logger, e.Message);
        }
        LogEnded(logger, session.Ref);
    }

    private static async Task RefuseAsync(WebSocketChannel channel, string code, string reason, WebSocketCloseStatus status = WebSocketCloseStatus.PolicyViolation)
    {
        await SendTerminateAsync(channel, code, reason, status);
        await channel.DrainAsync(SocketSession.GoodbyeLasts);
    }

    private static async Task SendTerminateAsync(WebSocketChannel channel, string code, string reason, WebSocketCloseStatus status)
    {
        SocketMetrics.Terminated.Add(1, new KeyValuePair<string, object?>("code", code));
        await channel.SendAsync(Frames.Of(Notifications.Terminate(code, reason)), CancellationToken.None, isLast: true);
        await channel.CloseAsync(status, code);
    }

    /// <summary>A page of another origin must not act as the user who is logged in here; what is no browser sends no Origin.</summary>
    private bool IsAllowedOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0
            || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
            || server.AllowedOrigins.Split(',', StringSplitOptions.TrimEntries).Contains(origin, StringComparer.OrdinalIgnoreCase);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {Session} began from {Address}")]
    private static partial void LogBegan(ILogger logger, SessionRef session, string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {Session} ended")]
    private static partial void LogEnded(ILogger logger, SessionRef session);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis is away: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);
}
