using System.Buffers;
using System.Threading.Channels;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.Protocol.Session;

namespace Mas.IrcBackend.Connections;

/// <summary>
/// One open connection: a stream, its <see cref="ClientSession"/>, and one loop that handles received lines, the user's lines and timers
/// in order. An idle connection holds no buffer.
/// </summary>
internal sealed class IrcConnection
{
    /// <summary>The deadline of a write.</summary>
    internal static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(10);

    private const int ReadBytes = 4096;

    private readonly Stream _stream;
    private readonly ClientSession _session;
    private readonly LineCharset _charset;
    private readonly TimeProvider _time;
    private readonly IConnectionObserver _observer;
    private readonly Channel<Input> _inputs = Channel.CreateUnbounded<Input>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Takes ownership of the stream.</summary>
    public IrcConnection(Stream stream, ClientSession session, LineCharset charset, TimeProvider time, IConnectionObserver observer)
    {
        _stream = stream;
        _session = session;
        _charset = charset;
        _time = time;
        _observer = observer;
    }

    /// <summary>Sends lines for the user, as the budget allows. Does nothing when the connection has ended.</summary>
    internal void Send(IReadOnlyList<string> lines) => _inputs.Writer.TryWrite(new Input(Commands: lines));

    /// <summary>Runs the connection until it ends, and closes it.</summary>
    /// <param name="quitReason">The QUIT reason when <paramref name="stop"/> ends it.</param>
    /// <param name="stop">Ends it with QUIT.</param>
    internal async Task<ConnectionOutcome> RunAsync(string quitReason, CancellationToken stop)
    {
        // The reader waits until its lines are handled, so that TCP slows down a server that sends too fast.
        using var readTurn = new SemaphoreSlim(1, 1);
        using var closed = new CancellationTokenSource();
        var reader = ReadAsync(readTurn, closed.Token);
        await using var onStop = stop.Register(() => _inputs.Writer.TryWrite(new Input(IsStop: true)));
        await using var timer = _time.CreateTimer(_ => _inputs.Writer.TryWrite(Input.Tick), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            _session.Begin(_time.GetUtcNow());
            while (await StepAsync(timer))
                await HandleAsync(await _inputs.Reader.ReadAsync(CancellationToken.None), quitReason);
            return _session.Outcome!;
        }
        finally
        {
            _inputs.Writer.TryComplete();
            await closed.CancelAsync();
            await _stream.DisposeAsync();
            await reader;
        }
    }

    // Reports events, sends what may go and sets the timer; false when the session has ended.
    private async Task<bool> StepAsync(ITimer timer)
    {
        await ReportAsync();
        if (_session.Outcome is null)
            await WriteAsync();
        if (_session.Outcome is not null)
        {
            await ReportAsync();
            return false;
        }
        var now = _time.GetUtcNow();
        var wait = _session.NextDue(now) - now;
        timer.Change(wait > TimeSpan.FromMilliseconds(1) ? wait : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        return true;
    }

    private async Task HandleAsync(Input input, string quitReason)
    {
        if (input.Lines is not null)
        {
            await ReceiveAsync(input.Lines);
            input.ReadTurn?.Release();
        }
        else if (input.Commands is not null)
        {
            foreach (var line in input.Commands)
                _session.Send(line);
        }
        else if (input.IsStop)
            _session.Quit(quitReason, _time.GetUtcNow());
        else if (input.Closed is not null)
            _session.Closed(input.Closed);
        else
            _session.CheckTimers(_time.GetUtcNow());
    }

    private async Task ReceiveAsync(IReadOnlyList<byte[]> lines)
    {
        _session.Heard(_time.GetUtcNow());
        foreach (var bytes in lines)
        {
            if (_session.Outcome is not null)
                return;
            // NUL is not allowed in IRC lines.
            var line = _charset.Decode(bytes).Replace("\0", "", StringComparison.Ordinal);
            var isForwarded = _session.Receive(line, _time.GetUtcNow());
            await _observer.ReceivedAsync(line, isForwarded, CancellationToken.None);
            await ReportAsync();
        }
    }

    private async Task ReportAsync()
    {
        while (_session.TryTakeEvent(out var next))
            await _observer.HappenedAsync(next, CancellationToken.None);
    }

    private async Task WriteAsync()
    {
        var sent = new List<string>();
        var bytes = new ArrayBufferWriter<byte>();
        while (_session.TryTakeLine(_time.GetUtcNow(), out var line))
        {
            sent.Add(line);
            bytes.Write(LineLimit.Cut(_charset.Encode(line, _session.Support.IsUtf8Only), _session.Support.LineLength));
            bytes.Write("\r\n"u8);
        }
        if (sent.Count == 0)
            return;
        using var deadline = new CancellationTokenSource(WriteTimeout, _time);
        try
        {
            await _stream.WriteAsync(bytes.WrittenMemory, deadline.Token);
            await _stream.FlushAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            _session.WriteTimedOut();
        }
        catch (IOException)
        {
            // The server's last lines, perhaps an ERROR, are still to be read; the reader reports the end.
        }
        foreach (var line in sent)
            await _observer.SentAsync(line, CancellationToken.None);
    }

    private async Task ReadAsync(SemaphoreSlim readTurn, CancellationToken closed)
    {
        var framer = new LineFramer();
        try
        {
            while (true)
            {
                // An empty read waits for data without holding a buffer.
#pragma warning disable CA2022 // An empty read is never inexact.
                await _stream.ReadAsync(Memory<byte>.Empty, closed);
#pragma warning restore CA2022
                await readTurn.WaitAsync(closed);
                var buffer = ArrayPool<byte>.Shared.Rent(ReadBytes);
                try
                {
                    var count = await _stream.ReadAsync(buffer.AsMemory(0, ReadBytes), closed);
                    if (count == 0)
                    {
                        _inputs.Writer.TryWrite(new Input(Closed: "the server closed the connection"));
                        return;
                    }
                    _inputs.Writer.TryWrite(new Input(Lines: framer.Accept(buffer.AsSpan(0, count)), ReadTurn: readTurn));
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            _inputs.Writer.TryWrite(new Input(Closed: e is IOException ? "the network connection failed" : "closed"));
        }
    }

    private readonly record struct Input(
        IReadOnlyList<byte[]>? Lines = null, SemaphoreSlim? ReadTurn = null, IReadOnlyList<string>? Commands = null, string? Closed = null, bool IsStop = false)
    {
        internal static Input Tick => default;
    }
}
