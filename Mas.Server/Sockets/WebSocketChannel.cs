using System.Buffers;
using System.Net.WebSockets;

namespace Mas.Server.Sockets;

/// <summary>What one receive brought.</summary>
internal enum Received
{
    /// <summary>A whole text frame.</summary>
    Frame,

    /// <summary>The socket is closed, or broken.</summary>
    Closed,

    /// <summary>A frame over the limit.</summary>
    TooLarge,

    /// <summary>A frame that is not text.</summary>
    NotText,
}

/// <summary>
/// A WebSocket with whole frames: one reader, and any number of writers whose frames don't mix. While nothing comes, it
/// holds no buffer. Whoever is to wait no longer for the client breaks the connection (<see cref="Abort"/>): a token for each
/// read and write would have to be registered each time.
/// </summary>
internal sealed class WebSocketChannel(WebSocket socket, int maxFrameBytes) : IDisposable
{
    private const int FirstBuffer = 2048;
    private readonly SemaphoreSlim _writing = new(1, 1);

    private long _writingSince;
    private bool _lastIsSent;

    /// <summary>When the write that is under way began (<see cref="Environment.TickCount64"/>), or 0 for none.</summary>
    internal long WritingSince => Volatile.Read(ref _writingSince);

    internal bool IsOpen => socket.State == WebSocketState.Open;

    /// <summary>Reads a frame into a rented buffer and hands it to <paramref name="handle"/>, which must not keep it.</summary>
    internal async Task<Received> ReceiveAsync(Func<ReadOnlyMemory<byte>, Task> handle)
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
                await handle(ReadOnlyMemory<byte>.Empty);
                return Received.Frame;
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
            await handle(buffer.AsMemory(0, length));
            return Received.Frame;
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

    /// <summary>Writes one text frame. Waits for as long as the client does not read what was written before.</summary>
    /// <param name="frame">What.</param>
    /// <param name="stopping">Ends the waiting for other writers, and for the client when it is the last.</param>
    /// <param name="isLast">Whether it says that nothing follows (TERMINATE): who writes something at the same time comes too late.</param>
    /// <returns>False when the socket is closed, or the last frame was written.</returns>
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

    /// <summary>Says goodbye, and waits a moment for the client to say it too.</summary>
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
            // The client is gone or stuck: there is nobody to say goodbye to.
        }
    }

    /// <summary>Reads and drops what still comes, until the client closes too or time is up: else the goodbye might not arrive.</summary>
    internal async Task DrainAsync(TimeSpan most)
    {
        using var deadline = new CancellationTokenSource(most);
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), deadline.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            // Closed, or not closing in time: either way it is over.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Breaks the connection.</summary>
    internal void Abort() => socket.Abort();

    public void Dispose() => _writing.Dispose();

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
