using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Mas.Tests.Client;

namespace Mas.Load;

/// <summary>One connection of a load process. It looks for markers in what it receives and parses nothing else.</summary>
internal sealed class LoadClient(PlannedClient plan, ClientProtocol protocol, LoadCounters counters) : ISender, IAsyncDisposable
{
    private static readonly byte[] MarkerBytes = Encoding.ASCII.GetBytes(ClientProtocol.Marker);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly MaskedFrame _frame = new();
    private readonly SemaphoreSlim _acked = new(0);
    private ClientWebSocket _socket = null!;
    private CorkableStream _connection = null!;
    private Task _receiving = Task.CompletedTask;
    private long _lastId;
    private int _kept;

    public bool IsSender => plan.IsSender;

    public PlannedClient Plan => plan;

    /// <summary>Called with the number of messages that a frame brought.</summary>
    public Action<int>? Heard { get; set; }

    /// <summary>Connects and waits until the client's start is complete.</summary>
    public async Task StartAsync()
    {
        _socket = new ClientWebSocket();
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = async (at, stop) => _connection = await OpenAsync(at.DnsEndPoint, stop) });
        await _socket.ConnectAsync(new Uri(plan.Url), http, CancellationToken.None);
        if (plan.Hello.Length > 0)
            await SendAsync(Encoding.UTF8.GetBytes(plan.Hello));
        _receiving = ReceiveAsync();
        await Task.WhenAny(_ready.Task, _receiving).Unwrap();
        if (!_ready.Task.IsCompleted)
            throw new ProtocolViolationException("The connection ended before its start was complete");
    }

    /// <summary>Sends, keeping up to <paramref name="window"/> messages unacknowledged.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task SendAtFullSpeedAsync(int window, int bytes, CancellationToken stop)
    {
        _acked.Release(window);
        while (!stop.IsCancellationRequested)
        {
            await _acked.WaitAsync(stop);
            _connection.Cork();
            do
            {
                await SendMessageAsync(Stopwatch.GetTimestamp(), bytes);
            }
            while (_acked.Wait(0, CancellationToken.None));
            await _connection.UncorkAsync(stop);
        }
    }

    /// <param name="scheduled">When it should be sent. Latencies count from here, even if it is sent later.</param>
    /// <param name="bytes">The text's length.</param>
    public async ValueTask SendMessageAsync(long scheduled, int bytes)
    {
        var text = $"{ClientProtocol.Marker}{scheduled:x16}".PadRight(bytes, 'x');
        await _connection.WriteAsync(_frame.Of(protocol.Message(plan, ++_lastId, text)));
        counters.CountSent();
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        try
        {
            await _receiving;
        }
        catch (WebSocketException)
        {
            // That is how an aborted connection ends.
        }
        _socket.Dispose();
        _acked.Dispose();
    }

    /// <summary>Sends a frame as it is.</summary>
    public ValueTask SendAsync(byte[] frame) => _socket.SendAsync(frame.AsMemory(), WebSocketMessageType.Text, true, CancellationToken.None);

    private static async Task<CorkableStream> OpenAsync(System.Net.DnsEndPoint at, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(at, stop);
            return new CorkableStream(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ReceiveAsync()
    {
        while (_socket.State == WebSocketState.Open)
        {
            ValueWebSocketReceiveResult part;
            try
            {
                part = await _socket.ReceiveAsync(_buffer.AsMemory(_kept), CancellationToken.None);
            }
            catch (Exception e) when (e is OperationCanceledException or WebSocketException && _ready.Task.IsCompleted)
            {
                return;
            }
            if (part.MessageType == WebSocketMessageType.Close)
                return;
            var length = _kept + part.Count;
            if (_ready.Task.IsCompleted)
                Scan(length, part.EndOfMessage);
            else
                await GetReadyAsync(length, part.EndOfMessage);
            if (protocol.Ping is var (question, answer) && _kept == 0 && _buffer.AsSpan(0, length).SequenceEqual(question))
                await SendAsync(answer);
        }
    }

    private async ValueTask GetReadyAsync(int length, bool end)
    {
        if (_buffer.AsSpan(0, length).IndexOf(protocol.Ready) >= 0)
            _ready.TrySetResult();
        else if (protocol.Handshake.FirstOrDefault(step => _buffer.AsSpan(0, length).StartsWith(step.Begin)).Answer is { } answer)
            await SendAsync(Encoding.ASCII.GetBytes(answer(plan)));
        Keep(length, end, protocol.Ready.Length);
    }

    private void Scan(int length, bool end)
    {
        var now = Stopwatch.GetTimestamp();
        var rest = _buffer.AsSpan(0, length);
        const int markerLength = 2 + 16;
        var scanned = 0;
        var heard = 0;
        for (int at; (at = rest[scanned..].IndexOf(MarkerBytes)) >= 0;)
        {
            at += scanned;
            if (at + markerLength > length)
                break;
            if (Utf8Parser.TryParse(rest.Slice(at + 2, 16), out long scheduled, out _, 'x'))
                counters.CountDelivered(scheduled, now);
            scanned = at + markerLength;
            heard++;
        }
        if (heard > 0)
            Heard?.Invoke(heard);
        if (plan.IsSender && protocol.Ack.Length > 0)
        {
            var acks = 0;
            var upTo = rest;
            for (int at; (at = upTo.IndexOf(protocol.Ack)) >= 0; acks++)
                upTo = upTo[(at + protocol.Ack.Length)..];
            if (acks > 0)
                _acked.Release(acks);
            scanned = Math.Max(scanned, length - upTo.Length);
        }
        Keep(length, end, Math.Min(length - scanned, Math.Max(markerLength, protocol.Ack.Length) - 1));
    }

    /// <summary>Keeps the end of a part, since a marker may be split between two parts.</summary>
    private void Keep(int length, bool end, int most)
    {
        _kept = end ? 0 : Math.Min(length, most);
        if (_kept > 0)
            _buffer.AsSpan(length - _kept, _kept).CopyTo(_buffer);
    }
}
