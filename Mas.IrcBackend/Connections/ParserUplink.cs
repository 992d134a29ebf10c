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

    private readonly Channel<(string Network, byte[] Json)> _waiting = Channel.CreateBounded<(string Network, byte[] Json)>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Courier _courier;
    private readonly ILogger<ParserUplink> _logger;
    private readonly Task _pushing;

    public ParserUplink(Courier courier, ILogger<ParserUplink> logger)
    {
        _courier = courier;
        _logger = logger;
        _pushing = PushAsync();
    }

    /// <summary>Takes an entry; waits only when far too many wait already.</summary>
    public ValueTask AddAsync(ParserEntry entry) => _waiting.Writer.WriteAsync((entry.Network, entry.ToJson()));

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
        var pause = new GrowingPause(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2));
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (batch.Count < BatchSize && _waiting.Reader.TryRead(out var entry))
                batch.Add(entry);
            if (!await TryPushAsync([.. batch], pause))
                return;
            batch.Clear();
        }
    }

    /// <summary>Pushes a batch, again and again while Redis is away; a batch that arrives twice is recognised by its sequence.</summary>
    private async Task<bool> TryPushAsync((string Network, byte[] Json)[] batch, GrowingPause pause)
    {
        while (true)
        {
            try
            {
                await _courier.SendAsync(Endpoints.IrcParser, batch);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lines wait for Redis: {Reason}")]
    private partial void LogAway(string reason);
}
