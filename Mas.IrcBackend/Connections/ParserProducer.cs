using System.Threading.Channels;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.IrcBackend.Bridge;

namespace Mas.IrcBackend.Connections;

/// <summary>
/// Pushes lines and events to <c>inbox:ircparser</c> in the order in which they were read, in batches. While Redis is unreachable,
/// or the partitions change, they wait here, up to a limit beyond which no connection is read any further.
/// </summary>
internal sealed partial class ParserProducer : IAsyncDisposable
{
    private const int MaxWaiting = 100_000;
    private const int BatchSize = 500;

    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _giveUp = new();
    private readonly InboxProducer _producer;
    private readonly ILogger<ParserProducer> _logger;
    private readonly Task _pushing;

    public ParserProducer(InboxProducer producer, ILogger<ParserProducer> logger)
    {
        _producer = producer;
        _logger = logger;
        _pushing = PushAsync();
    }

    /// <summary>Queues an entry; waits while the queue is full.</summary>
    internal ValueTask AddAsync(ParserEntry entry) => _waiting.Writer.WriteAsync(new Waiting(entry.Network, entry.ToJson(), null));

    /// <summary>Waits until everything added before is in the inbox.</summary>
    /// <exception cref="OperationCanceledException">The process stops while Redis is unreachable.</exception>
    internal async Task WhenPushedAsync()
    {
        var pushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await _waiting.Writer.WriteAsync(new Waiting("", [], pushed));
        }
        catch (ChannelClosedException e)
        {
            throw new OperationCanceledException("The process stops.", e);
        }
        await pushed.Task;
    }

    /// <summary>Pushes what is queued, unless Redis stays unreachable.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        _giveUp.CancelAfter(TimeSpan.FromSeconds(5));
        await _pushing;
        _giveUp.Dispose();
    }

    private async Task PushAsync()
    {
        var batch = new List<(string Network, byte[] Json)>(BatchSize);
        var behind = new List<TaskCompletionSource>();
        var pause = new GrowingPause(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));
        var isPushed = true;
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (batch.Count < BatchSize && _waiting.Reader.TryRead(out var entry))
            {
                if (entry.Pushed is { } pushed)
                    behind.Add(pushed);
                else
                    batch.Add((entry.Network, entry.Json));
            }
            // Once a batch is given up, nothing behind it is pushed.
            isPushed = isPushed && (batch.Count == 0 || await TryPushAsync([.. batch], pause));
            foreach (var pushed in behind)
            {
                if (isPushed)
                    pushed.SetResult();
                else
                    pushed.SetCanceled();
            }
            batch.Clear();
            behind.Clear();
        }
    }

    /// <summary>Pushes a batch, retrying while Redis is unreachable; the parser drops what arrives twice by its sequence numbers.</summary>
    private async Task<bool> TryPushAsync((string Network, byte[] Json)[] batch, GrowingPause pause)
    {
        while (true)
        {
            try
            {
                await _producer.SendAsync(Endpoints.IrcParser, batch);
                pause.Reset();
                return true;
            }
            catch (Exception e) when (RedisErrors.IsAway(e))
            {
                LogAway(e.Message);
                if (!await WaitAsync(pause))
                    return false;
            }
        }
    }

    private async Task<bool> WaitAsync(GrowingPause pause)
    {
        try
        {
            await pause.WaitAsync(_giveUp.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>An entry of a network, or a waiter for everything before.</summary>
    private readonly record struct Waiting(string Network, byte[] Json, TaskCompletionSource? Pushed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "IRC lines are queued until Redis is reachable: {Reason}")]
    private partial void LogAway(string reason);
}
