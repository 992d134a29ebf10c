using System.Buffers;
using System.Threading.Channels;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.Protocol.Session;

namespace Mas.IrcBackend.Connections;

/// <summary>
/// One open connection: a stream, the <see cref="ClientSession"/> that decides, and one loop between them in which
/// everything happens in order: lines, the user's commands, the clock. An idle one holds no buffer.
/// </summary>
internal sealed class IrcConnection
{
    /// <summary>How long a write may take.</summary>
    internal static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(10);

    private const int ReadBytes = 4096;

    private readonly Stream _stream;
    private readonly ClientSession _session;
    private readonly LineCharset _charset;
    private readonly TimeProvider _time;
    private readonly IConnectionObserver _observer;
    private readonly Channel<Input> _inputs = Channel.CreateUnbounded<Input>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Makes the connection of an open stream, which it owns from now on.</summary>
    public IrcConnection(Stream stream, ClientSession session, LineCharset charset, TimeProvider time, IConnectionObserver observer)
    {
        _stream = stream;
        _session = session;
        _charset = charset;
        _time = time;
        _observer = observer;
    }

    /// <summary>Sends lines for the user, each as the budget allows. Harmless when the connection is gone.</summary>
    internal void Send(IReadOnlyList<string> lines) => _inputs.Writer.TryWrite(new Input(Commands: lines));

    /// <summary>Runs the connection until it ends, and closes it.</summary>
    /// <param name="quitReason">What others see when <paramref name="stop"/> ends it.</param>
    /// <param name="stop">Ends it in order, with QUIT.</param>
    internal async Task<ConnectionOutcome> RunAsync(string quitReason, CancellationToken stop)
    {
        // The reader waits until its lines have been handled: a server that talks faster than we listen has to wait.
        using var readTurn = new SemaphoreSlim(1, 1);
        using var closed = new CancellationTokenSource();
        var reader = ReadAsync(readTurn, closed.Token);
        await using var onStop = stop.Register(() => _inputs.Writer.TryWrite(new Input(IsStop: true)));
        await using var timer = _time.CreateTimer(_ => _inputs.Writer.TryWrite(Input.Tick), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            _session.Begin(_time.GetUtcNow());
            while (await StepAsync(timer))
                await TakeAsync(await _inputs.Reader.ReadAsync(CancellationToken.None), quitReason);
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

    // Tells what has happened, sends what may go and sets the clock; false when it is over.
    private async Task<bool> StepAsync(ITimer timer)
    {
        await TellAsync();
        if (_session.Outcome is null)
            await WriteAsync();
        if (_session.Outcome is not null)
        {
            await TellAsync();
            return false;
        }
        var now = _time.GetUtcNow();
        var wait = _session.NextDue(now) - now;
        timer.Change(wait > TimeSpan.FromMilliseconds(1) ? wait : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        return true;
    }

    private async Task TakeAsync(Input input, string quitReason)
    {
        if (input.Lines is not null)
        {
            await HearAsync(input.Lines);
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

    private async Task HearAsync(IReadOnlyList<byte[]> lines)
    {
        _session.Heard(_time.GetUtcNow());
        foreach (var bytes in lines)
        {
            if (_session.Outcome is not null)
                return;
            // A NUL can't be in a line; what stands behind one is no more of a line than what stands before it.
            var line = _charset.Decode(bytes).Replace("\0", "", StringComparison.Ordinal);
            var isForwarded = _session.Receive(line, _time.GetUtcNow());
            await _observer.ReceivedAsync(line, isForwarded, CancellationToken.None);
            await TellAsync();
        }
    }

    private async Task TellAsync()
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
            // What the server had to say before it closed, an ERROR perhaps, is still to be read; the reader tells the end.
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
                // Waiting for bytes with no buffer costs no memory; then there is something to read.
#pragma warning disable CA2022 // A read of nothing is never inexact.
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
            _inputs.Writer.TryWrite(new Input(Closed: e is IOException ? "the connection broke" : "closed"));
        }
    }

    private readonly record struct Input(
        IReadOnlyList<byte[]>? Lines = null, SemaphoreSlim? ReadTurn = null, IReadOnlyList<string>? Commands = null, string? Closed = null, bool IsStop = false)
    {
        // The clock says only that it is time to look at it.
        internal static Input Tick => default;
    }
}
