using System.Buffers;
using System.Net.WebSockets;

namespace Mas.Server.Sockets;

/// <summary>The result of a receive.</summary>
internal enum Received
{
    /// <summary>A whole text frame, which was handled.</summary>
    Frame,

    /// <summary>The socket is closed, or broken.</summary>
    Closed,

    /// <summary>A frame over the limit.</summary>
    TooLarge,

    /// <summary>A frame that is not text.</summary>
    NotText,

    /// <summary>A text frame that was not accepted.</summary>
    Invalid,
}

/// <summary>
/// A WebSocket with whole frames, one reader, and any number of writers. While idle, it holds no buffer. To stop waiting for
/// the client, call <see cref="Abort"/>: a token for each read and write would have to be registered each time.
/// </summary>
internal sealed class WebSocketChannel(WebSocket socket, int maxFrameBytes) : IDisposable
{
    private const int FirstBuffer = 2048;
    private readonly SemaphoreSlim _writing = new(1, 1);

    private long _writingSince;
    private bool _lastIsSent;

    /// <summary>When the running write began (<see cref="Environment.TickCount64"/>), or 0.</summary>
    internal long WritingSince => Volatile.Read(ref _writingSince);

    internal bool IsOpen => socket.State == WebSocketState.Open;

    /// <summary>Reads a frame into a rented buffer.</summary>
    /// <param name="handle">Gets the frame, which it must not keep, and says whether it accepts it.</param>
    internal async Task<Received> ReceiveAsync(Func<ReadOnlyMemory<byte>, Task<bool>> handle)
    {
        byte[]? buffer = null;
        try
        {
            // Waits without a buffer. A frame without content is over with this.
            var first = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
            if (first.MessageType == WebSocketMessageType.Close)
                return Received.Closed;
            if (first.EndOfMessage)
            {
                if (first.MessageType != WebSocketMessageType.Text)
                    return Received.NotText;
                return await handle(ReadOnlyMemory<byte>.Empty) ? Received.Frame : Received.Invalid;
            }
            buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
            var length = 0;
            for (; ; )
            {
                var result = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close)
                    return Received.Closed;
                if (result.MessageType != WebSocketMessageType.Text)
                    return Received.NotText;
                length += result.Count;
                if (length > maxFrameBytes)
                    return Received.TooLarge;
                if (result.EndOfMessage)
                    break;
                if (length == buffer.Length)
                    buffer = Grow(buffer, length);
            }
            return await handle(buffer.AsMemory(0, length)) ? Received.Frame : Received.Invalid;
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            return Received.Closed;
        }
        finally
        {
            if (buffer is not null)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes one text frame, as soon as the client reads.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="stopping">Cancels waiting for other writers and, with <paramref name="isLast"/>, for the client.</param>
    /// <param name="isLast">Whether this is TERMINATE: later writes are refused.</param>
    /// <returns>False when the socket is closed, or the last frame has been written.</returns>
    internal async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> frame, CancellationToken stopping, bool isLast = false)
    {
        await _writing.WaitAsync(stopping);
        try
        {
            if (socket.State != WebSocketState.Open || _lastIsSent)
                return false;
            _lastIsSent = isLast;
            Volatile.Write(ref _writingSince, Environment.TickCount64);
            await socket.SendAsync(frame, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, isLast ? stopping : CancellationToken.None);
            return true;
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            return false;
        }
        finally
        {
            Volatile.Write(ref _writingSince, 0);
            _writing.Release();
        }
    }

    /// <summary>Sends a close frame, and waits up to 2 s for it to be written.</summary>
    internal async Task CloseAsync(WebSocketCloseStatus status, string reason)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await _writing.WaitAsync(deadline.Token);
            try
            {
                if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                    await socket.CloseOutputAsync(status, reason, deadline.Token);
            }
            finally
            {
                _writing.Release();
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            // The client is gone, or does not read.
        }
    }

    /// <summary>Reads and drops frames until the client closes too, or time is up: otherwise the close frame might not arrive.</summary>
    internal async Task DrainAsync(TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout);
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), deadline.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // Closed, or not closed in time.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    internal void Abort() => socket.Abort();

    public void Dispose()
    {
        _writing.Dispose();
        socket.Dispose();
    }

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
