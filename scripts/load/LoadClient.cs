using System.Buffers.Text;
using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Mas.Tests.Client;

namespace Mas.Load;

/// <summary>One connection of a load process. It looks for markers in what it receives and parses nothing else.</summary>
internal sealed class LoadClient(PlannedClient plan, Dialect dialect, Tally tally) : ISender, IAsyncDisposable
{
    private static readonly byte[] MarkerBytes = Encoding.ASCII.GetBytes(Dialect.Marker);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly MaskedFrame _frame = new();
    private readonly SemaphoreSlim _acked = new(0);
    private ClientWebSocket _socket = null!;
    private BurstStream _connection = null!;
    private Task _receiving = Task.CompletedTask;
    private long _lastId;
    private int _kept;

    public bool IsSender => plan.IsSender;

    public PlannedClient Plan => plan;

    /// <summary>Told how many messages have come.</summary>
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
            _connection.Hold();
            do
            {
                await SendMessageAsync(Stopwatch.GetTimestamp(), bytes);
            }
            while (_acked.Wait(0, CancellationToken.None));
            await _connection.ReleaseAsync(stop);
        }
    }

    /// <param name="scheduled">When it should be sent: latencies count from here, also when it is sent later.</param>
    /// <param name="bytes">The text's length.</param>
    public async ValueTask SendMessageAsync(long scheduled, int bytes)
    {
        var text = $"{Dialect.Marker}{scheduled:x16}".PadRight(bytes, 'x');
        await _connection.WriteAsync(_frame.Of(dialect.Message(plan, ++_lastId, text)));
        tally.CountSent();
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

    private static async Task<BurstStream> OpenAsync(System.Net.DnsEndPoint at, CancellationToken stop)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(at, stop);
            return new BurstStream(socket);
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
            if (dialect.Ping is var (begin, answer) && _kept == 0 && length == begin.Length && _buffer.AsSpan(0, length).SequenceEqual(begin))
                await SendAsync(answer);
        }
    }

    private async ValueTask GetReadyAsync(int length, bool end)
    {
        if (_buffer.AsSpan(0, length).IndexOf(dialect.Ready) >= 0)
            _ready.TrySetResult();
        else if (dialect.Handshake is var (begin, answer) && _buffer.AsSpan(0, length).StartsWith(begin))
            await SendAsync(answer(plan));
        else if (_buffer.AsSpan(0, length).StartsWith("0{"u8))
            await SendAsync("40"u8.ToArray());
        Keep(length, end, dialect.Ready.Length);
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
                tally.CountDelivered(scheduled, now);
            scanned = at + markerLength;
            heard++;
        }
        if (heard > 0)
            Heard?.Invoke(heard);
        if (plan.IsSender && dialect.Ack.Length > 0)
        {
            // A marker is never split by this: acknowledgements are looked for up to the last marker that was counted.
            var acks = 0;
            var upTo = rest;
            for (int at; (at = upTo.IndexOf(dialect.Ack)) >= 0; acks++)
                upTo = upTo[(at + dialect.Ack.Length)..];
            if (acks > 0)
                _acked.Release(acks);
            scanned = Math.Max(scanned, length - upTo.Length);
        }
        Keep(length, end, Math.Min(length - scanned, Math.Max(markerLength, dialect.Ack.Length) - 1));
    }

    /// <summary>Keeps the tail of a part, in which something may be cut in two.</summary>
    private void Keep(int length, bool end, int most)
    {
        _kept = end ? 0 : Math.Min(length, most);
        if (_kept > 0)
            _buffer.AsSpan(length - _kept, _kept).CopyTo(_buffer);
    }
}

/// <summary>What all connections of a process have done in the measured time.</summary>
internal sealed class Tally
{
    private static readonly double TicksPerMicrosecond = Stopwatch.Frequency / 1e6;
    private readonly Lock _lock = new();
    private readonly Histogram _latencies = new();
    private long _sent;
    private volatile bool _measuring;

    public long Sent => Interlocked.Read(ref _sent);

    public Histogram Latencies => _latencies;

    public void Measure(bool on) => _measuring = on;

    public void CountSent()
    {
        if (_measuring)
            Interlocked.Increment(ref _sent);
    }

    public void CountDelivered(long scheduled, long now)
    {
        if (!_measuring)
            return;
        lock (_lock)
            _latencies.Add((long)((now - scheduled) / TicksPerMicrosecond));
    }
}
