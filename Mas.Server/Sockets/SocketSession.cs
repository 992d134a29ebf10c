using System.Buffers;
using System.Net.WebSockets;

namespace Mas.Server.Sockets;

/// <summary>A session on the server that holds its socket: what is sent to it, and how it ends.</summary>
internal sealed class SocketSession : IDisposable
{
    private readonly WebSocketChannel _channel;
    private readonly CancellationTokenSource _stopping;
    private readonly CancellationTokenRegistration _serverStopping;
    private int _terminated;

    internal SocketSession(SessionRef session, WebSocketChannel channel, HeartbeatAge heartbeat, OutboxPumpFactory pumps, IHostApplicationLifetime lifetime)
    {
        Ref = session;
        Heartbeat = heartbeat;
        _channel = channel;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopped);
        Stopping = _stopping.Token;
        Stopping.UnsafeRegister(static channel => ((WebSocketChannel)channel!).Abort(), channel);
        Pump = pumps.Create(this, channel);
        _serverStopping = lifetime.ApplicationStopping.Register(() => _ = TerminateAsync(Termination.Stopping));
    }

    /// <summary>Whose session, and its id.</summary>
    internal SessionRef Ref { get; }

    internal HeartbeatAge Heartbeat { get; }

    /// <summary>Moves its outbox to the socket.</summary>
    internal OutboxPump Pump { get; }

    /// <summary>Whether the client has been told that it is over.</summary>
    internal bool IsTerminated => Volatile.Read(ref _terminated) != 0;

    /// <summary>Cancelled when the session is over. Still there when the session is disposed: answers may come later.</summary>
    internal CancellationToken Stopping { get; }

    /// <summary>Sends entries, as quickly as the client reads.</summary>
    /// <exception cref="OperationCanceledException">The session is over.</exception>
    internal async Task SendAsync(IReadOnlyList<byte[]> entries)
    {
        for (var from = 0; from < entries.Count;)
        {
            var count = Frames.Fit(entries, from);
            var (buffer, length) = Frames.Rent(entries, from, count);
            try
            {
                if (!await _channel.SendAsync(buffer.AsMemory(0, length), Stopping))
                    return;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
            from += count;
        }
    }

    /// <summary>Sends one entry, unless the session is over.</summary>
    internal async Task SendUnlessOverAsync(byte[] entry)
    {
        try
        {
            await _channel.SendAsync(Frames.Of(entry), Stopping);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Nobody waits for it.
        }
    }

    /// <summary>Tells the client why, and closes.</summary>
    internal async Task TerminateAsync(Termination termination)
    {
        if (Interlocked.Exchange(ref _terminated, 1) != 0)
            return;
        Pump.Stop();
        using var deadline = new CancellationTokenSource(Termination.CloseTimeout);
        await termination.SendAsync(_channel, deadline.Token);
        AbortSoon();
    }

    /// <summary>Closes behind a TERMINATE that came through the outbox.</summary>
    internal void EndAfterTerminate()
    {
        if (Interlocked.Exchange(ref _terminated, 1) == 0)
            _ = CloseAsync();

        async Task CloseAsync()
        {
            await _channel.CloseAsync(WebSocketCloseStatus.PolicyViolation, "terminated");
            AbortSoon();
        }
    }

    /// <summary>Breaks the connection without TERMINATE; the client reconnects by itself.</summary>
    internal void Abort()
    {
        Pump.Stop();
        _channel.Abort();
    }

    public void Dispose()
    {
        _serverStopping.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Gives the client a moment to close too; then the connection is broken.</summary>
    private void AbortSoon()
    {
        try
        {
            _stopping.CancelAfter(Termination.CloseTimeout);
        }
        catch (ObjectDisposedException)
        {
            // The client was quicker.
        }
    }
}
