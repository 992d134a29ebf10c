using System.Buffers;
using System.Net.WebSockets;

namespace Mas.Tests.Client;

/// <summary>The bare WebSocket to a server: frames in, frames out, nothing parsed. Load generators use it alone.</summary>
public sealed class MasSocket : IAsyncDisposable
{
    /// <summary>The subprotocol that docs/reference/protocol.md names.</summary>
    public const string Subprotocol = "mas.v1";

    private const int MaxFrame = 64 * 1024 * 1024;

    private readonly ClientWebSocket _socket;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ArrayBufferWriter<byte> _frame;

    private MasSocket(ClientWebSocket socket, int bufferSize)
    {
        _socket = socket;
        _frame = new ArrayBufferWriter<byte>(bufferSize);
    }

    /// <summary>The subprotocol that the server has chosen, if any.</summary>
    public string? ChosenSubprotocol => _socket.SubProtocol;

    /// <summary>The close code that ended the socket; null while it is open, or when it broke without one.</summary>
    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    /// <summary>The socket's own parts, for what only tests of the transport need.</summary>
    public ClientWebSocket Raw => _socket;

    /// <summary>Connects to <c>/ws</c> of a server.</summary>
    /// <param name="server">The server's HTTP address.</param>
    /// <param name="cookie">The Cookie header of the upgrade request, if any.</param>
    /// <param name="offerSubprotocol">Whether the request offers <see cref="Subprotocol"/>.</param>
    /// <param name="bufferSize">The first size of the receive buffer, which grows to the largest frame.</param>
    /// <param name="cancel">Ends the attempt.</param>
    public static async Task<MasSocket> ConnectAsync(
        Uri server, string? cookie, bool offerSubprotocol = true, int bufferSize = 4096, CancellationToken cancel = default)
    {
        var socket = new ClientWebSocket();
        try
        {
            if (offerSubprotocol)
                socket.Options.AddSubProtocol(Subprotocol);
            if (cookie is not null)
                socket.Options.SetRequestHeader("Cookie", cookie);
            // No pings from this side: an idle client costs the server nothing beyond its own.
            socket.Options.KeepAliveInterval = TimeSpan.Zero;
            var address = new UriBuilder(server) { Scheme = server.Scheme == "https" ? "wss" : "ws", Path = "/ws" };
            await socket.ConnectAsync(address.Uri, cancel);
            return new MasSocket(socket, bufferSize);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends one frame; callers of several threads take turns.</summary>
    public async ValueTask SendAsync(
        ReadOnlyMemory<byte> payload, WebSocketMessageType type = WebSocketMessageType.Text, CancellationToken cancel = default)
    {
        await _sending.WaitAsync(cancel);
        try
        {
            await _socket.SendAsync(payload, type, endOfMessage: true, cancel);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next whole frame.</summary>
    /// <returns>The bytes, valid until the next call; null once the other side has closed in order.</returns>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancel = default)
    {
        _frame.ResetWrittenCount();
        while (true)
        {
            var part = await _socket.ReceiveAsync(_frame.GetMemory(1024), cancel);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            if (part.MessageType != WebSocketMessageType.Text)
                throw new ProtocolViolationException("The server sent a binary frame");
            _frame.Advance(part.Count);
            if (part.EndOfMessage)
                return _frame.WrittenMemory;
            if (_frame.WrittenCount > MaxFrame)
                throw new ProtocolViolationException($"The server sent a frame of more than {MaxFrame} bytes");
        }
    }

    /// <summary>Reads the bytes that are there, whole frames or parts, into a buffer of the caller's; for load generators.</summary>
    /// <returns>How many; 0 once the other side has closed.</returns>
    public async ValueTask<int> ReceivePartAsync(Memory<byte> buffer, CancellationToken cancel = default)
    {
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, cancel);
            if (part.MessageType == WebSocketMessageType.Close)
                return 0;
            if (part.Count > 0)
                return part.Count;
        }
    }

    /// <summary>Drops the connection without a word, as a lost network does.</summary>
    public void Break() => _socket.Abort();

    /// <summary>Closes in order.</summary>
    public async Task CloseAsync()
    {
        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _sending.Dispose();
        return ValueTask.CompletedTask;
    }
}
