using System.Diagnostics;
using System.Threading.Channels;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Core.Telemetry;
using Mas.IrcBackend.Bridge;
using Polly;
using Polly.Retry;

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
    private readonly ResiliencePipeline _retry;
    private readonly InboxProducer _producer;
    private readonly TraceSampler _traces;
    private readonly ILogger<ParserProducer> _logger;
    private readonly Task _pushing;

    public ParserProducer(InboxProducer producer, TraceSampler traces, ILogger<ParserProducer> logger)
    {
        _producer = producer;
        _traces = traces;
        _logger = logger;
        _retry = NewRetry();
        _pushing = PushAsync();
    }

    /// <summary>Queues an entry; waits while the queue is full.</summary>
    internal ValueTask AddAsync(ParserEntry entry)
    {
        if (entry is not LineEntry || _traces.StartTrace("IRC line", ActivityKind.Consumer) is not { } line)
            return _waiting.Writer.WriteAsync(new Waiting(entry.Network, entry.ToJson(), null));
        // It ends when the line is pushed, and is not the current activity of who reads the next line.
        Activity.Current = null;
        return _waiting.Writer.WriteAsync(new Waiting(entry.Network, (entry with { Traceparent = line.Id }).ToJson(), null, line));
    }

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
        var traced = new List<Activity>();
        var isPushed = true;
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (batch.Count < BatchSize && _waiting.Reader.TryRead(out var entry))
            {
                if (entry.Pushed is { } pushed)
                    behind.Add(pushed);
                else
                    batch.Add((entry.Network, entry.Json));
                if (entry.Line is { } line)
                    traced.Add(line);
            }
            // Once a batch is given up, nothing behind it is pushed.
            isPushed = isPushed && (batch.Count == 0 || await TryPushAsync([.. batch]));
            foreach (var pushed in behind)
            {
                if (isPushed)
                    pushed.SetResult();
                else
                    pushed.SetCanceled();
            }
            traced.ForEach(line => line.Dispose());
            batch.Clear();
            behind.Clear();
            traced.Clear();
        }
    }

    /// <summary>
    /// Pushes a batch, retrying until the process gives up, whatever the error; the parser drops what arrives twice by its sequence
    /// numbers. A push that runs is not cut off.
    /// </summary>
    /// <returns>False when it was given up.</returns>
    private async Task<bool> TryPushAsync((string Network, byte[] Json)[] batch)
    {
        try
        {
            // After giving up, a batch still gets one attempt, which a cancelled token would forbid.
            var giveUp = _giveUp.IsCancellationRequested ? CancellationToken.None : _giveUp.Token;
            await _retry.ExecuteAsync(async _ => await _producer.SendAsync(Endpoints.IrcParser, batch), giveUp);
            return true;
        }
        catch (OperationCanceledException)
        {
            // During the pause after a failure, which the log has.
            LogGivenUp(batch.Length, "no attempt succeeded");
            return false;
        }
        catch (Exception e)
        {
            LogGivenUp(batch.Length, e.Message);
            return false;
        }
    }

    private ResiliencePipeline NewRetry() => new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is not null && !_giveUp.IsCancellationRequested),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(50),
            MaxDelay = TimeSpan.FromSeconds(2),
            OnRetry = args =>
            {
                var e = args.Outcome.Exception!;
                if (RedisErrors.IsAway(e))
                    LogAway(e.Message);
                else
                    LogFailed(e);
                return ValueTask.CompletedTask;
            },
        })
        .Build();

    /// <summary>An entry of a network, or a waiter for everything before.</summary>
    private readonly record struct Waiting(string Network, byte[] Json, TaskCompletionSource? Pushed, Activity? Line = null);

    [LoggerMessage(Level = LogLevel.Warning, Message = "IRC lines are queued until Redis is reachable: {Reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "IRC lines could not be pushed to inbox:ircparser; they are queued, and the push is retried")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "Lost {Count} IRC lines and events: they could not be pushed before the process stopped ({Reason})")]
    private partial void LogGivenUp(int count, string reason);
}
