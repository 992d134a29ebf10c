using System.Collections.Concurrent;
using System.Net.WebSockets;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;

namespace Mas.Server.Sockets;

/// <summary>A session on the server that holds its socket.</summary>
internal sealed partial class SocketSession : IDisposable
{
    /// <summary>How long a client may take to answer a close.</summary>
    internal static readonly TimeSpan GoodbyeLasts = TimeSpan.FromSeconds(2);

    private readonly WebSocketChannel _channel;
    private readonly CancellationTokenSource _stopping;
    private readonly ConcurrentDictionary<int, WindowTarget> _targets = new();
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly TimeSpan _heartbeatIsDoubtful;
    private int _terminated;

    internal SocketSession(SessionRef session, string loginDigest, WebSocketChannel channel, RedisConnection redis, FailoverWatch failovers, Sessions sessions, SessionOptions options, LimitsOptions limits, TimeProvider time, ILogger logger, CancellationToken stopping)
    {
        Ref = session;
        LoginDigest = loginDigest;
        _logger = logger;
        InFlight = new InFlightRequests(redis.Timeout, time, RefuseAsync);
        _channel = channel;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _stopping.Token.UnsafeRegister(static channel => ((WebSocketChannel)channel!).Abort(), channel);
        Pump = new OutboxPump(this, channel, redis, failovers, sessions, options, logger);
        _time = time;
        _heartbeatIsDoubtful = TimeSpan.FromSeconds(options.IdleTimeoutSeconds / 2.0);
        BeatAt = time.GetUtcNow();
        Budget = new RequestBudget(limits.RequestsPerSecond, limits.RequestBurst, time);
    }

    /// <summary>Whose session, and its id.</summary>
    internal SessionRef Ref { get; }

    /// <summary>The user.</summary>
    internal UserId User => Ref.UserId;

    /// <summary>The digest of the login that it began with.</summary>
    internal string LoginDigest { get; }

    /// <summary>Whether Redis knows of it, so that heartbeats are due.</summary>
    internal bool IsRegistered { get; set; }

    /// <summary>Whether its user's friends know that it has begun.</summary>
    internal bool IsAnnounced { get; set; }

    /// <summary>When the last heartbeat that Redis took was sent; at first, when the session began.</summary>
    internal DateTimeOffset BeatAt { get; set; }

    /// <summary>Whether the last heartbeat is so old that another server may have ended the session: this one was paused, or Redis was away.</summary>
    internal bool MayHaveBeenEnded => (_time.GetUtcNow() - BeatAt).Duration() > _heartbeatIsDoubtful;

    /// <summary>Whether it has been told that it is over.</summary>
    internal bool IsTerminated => Volatile.Read(ref _terminated) != 0;

    /// <summary>Moves its outbox to the socket.</summary>
    internal OutboxPump Pump { get; }

    /// <summary>What it has asked of backends.</summary>
    internal InFlightRequests InFlight { get; }

    /// <summary>How many requests it may send.</summary>
    internal RequestBudget Budget { get; }

    /// <summary>When TYPING was last passed on, by window.</summary>
    internal ConcurrentDictionary<int, long> TypingToldAt { get; } = new();

    /// <summary>Cancelled when the session is over.</summary>
    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>Where a window's requests go, as far as this session has asked before. It never changes while the window is there.</summary>
    internal WindowTarget? FindTarget(int windowId) => _targets.GetValueOrDefault(windowId);

    /// <summary>Remembers it.</summary>
    internal void RememberTarget(int windowId, WindowTarget target)
    {
        if (_targets.Count < 10_000)
            _targets[windowId] = target;
    }

    /// <summary>Sends one entry.</summary>
    internal ValueTask<bool> SendAsync(byte[] entry) => _channel.SendAsync(Frames.Of(entry), Stopping);

    /// <summary>Sends a frame that is built already.</summary>
    internal ValueTask<bool> SendFrameAsync(ReadOnlyMemory<byte> frame) => _channel.SendAsync(frame, Stopping);

    /// <summary>Tells the client why, and closes.</summary>
    internal async Task TerminateAsync(string code, string reason, WebSocketCloseStatus status = WebSocketCloseStatus.PolicyViolation)
    {
        if (Interlocked.Exchange(ref _terminated, 1) != 0)
            return;
        SocketMetrics.Terminated.Add(1, new KeyValuePair<string, object?>("code", code));
        Pump.Stop();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await _channel.SendAsync(Frames.Of(Notifications.Terminate(code, reason)), deadline.Token, isLast: true);
        }
        catch (OperationCanceledException)
        {
            // The client reads nothing; the close below breaks the connection.
        }
        await _channel.CloseAsync(status, code);
        Leave();
    }

    /// <summary>Closes behind a TERMINATE that came through the outbox.</summary>
    internal void EndAfterTerminate()
    {
        if (Interlocked.Exchange(ref _terminated, 1) == 0)
            _ = CloseAsync();

        async Task CloseAsync()
        {
            await _channel.CloseAsync(WebSocketCloseStatus.PolicyViolation, "terminated");
            Leave();
        }
    }

    /// <summary>Breaks the connection without a word; the client comes back by itself.</summary>
    internal void Abort()
    {
        Pump.Stop();
        _channel.Abort();
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>Answers a request that did not arrive at its backend, as far as is known.</summary>
    private Task RefuseAsync(string reqId, Exception reason)
    {
        // The client may ask again; with its rid, nothing is posted twice even if this one did arrive.
        var ack = Ack.Unavailable;
        if (!RedisErrors.IsAway(reason))
        {
            LogFailed(_logger, reason, Ref);
            ack = Ack.Failed;
        }
        return SendUnlessOverAsync(ack.ToJson(reqId));
    }

    private async Task SendUnlessOverAsync(byte[] entry)
    {
        try
        {
            await SendAsync(entry);
        }
        catch (OperationCanceledException)
        {
            // The session is over: nobody waits for it.
        }
    }

    /// <summary>Gives the client a moment to close too; then the connection is broken.</summary>
    private void Leave()
    {
        try
        {
            _stopping.CancelAfter(GoodbyeLasts);
        }
        catch (ObjectDisposedException)
        {
            // The client was quicker.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A request of {Session} could not be passed on")]
    private static partial void LogFailed(ILogger logger, Exception exception, SessionRef session);
}

/// <summary>Where a window's requests go.</summary>
/// <param name="ConversationId">The conversation that it shows.</param>
/// <param name="Network">The conversation's network: whose backend is asked.</param>
/// <param name="IsGroup">Whether it is a group.</param>
internal sealed record WindowTarget(ConversationId ConversationId, string Network, bool IsGroup)
{
    internal bool IsMas => Network == Networks.Mas;
}
