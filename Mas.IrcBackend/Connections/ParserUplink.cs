using System.Threading.Channels;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.IrcBackend.Bridge;

namespace Mas.IrcBackend.Connections;

/// <summary>
/// The way of lines and events to <c>inbox:ircparser</c>, in the order in which they were read. What waits here is pushed
/// together; while Redis is away, or the number of inboxes changes, it waits on, up to a limit beyond which no connection is
/// read any further.
/// </summary>
internal sealed partial class ParserUplink : IAsyncDisposable
{
    private const int MaxWaiting = 100_000;
    private const int BatchSize = 500;

    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _giveUp = new();
    private readonly InboxProducer _producer;
    private readonly ILogger<ParserUplink> _logger;
    private readonly Task _pushing;

    public ParserUplink(InboxProducer producer, ILogger<ParserUplink> logger)
    {
        _producer = producer;
        _logger = logger;
        _pushing = PushAsync();
    }

    /// <summary>Takes an entry; waits only when far too many wait already.</summary>
    public ValueTask AddAsync(ParserEntry entry) => _waiting.Writer.WriteAsync(new Waiting(entry.Network, entry.ToJson(), null));

    /// <summary>Waits until all that was added before is in the inbox.</summary>
    /// <exception cref="OperationCanceledException">The process stops, and Redis stays away.</exception>
    public async Task WhenPushedAsync()
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

    /// <summary>Pushes what waits, unless Redis stays away.</summary>
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
            // Once it is given up, nothing that comes behind it is pushed either.
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

    /// <summary>Pushes a batch, again and again while Redis is away; a batch that arrives twice is recognised by its sequence.</summary>
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

    /// <summary>An entry of a network, or somebody who waits until everything before is pushed.</summary>
    private readonly record struct Waiting(string Network, byte[] Json, TaskCompletionSource? Pushed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lines wait for Redis: {Reason}")]
    private partial void LogAway(string reason);
}
