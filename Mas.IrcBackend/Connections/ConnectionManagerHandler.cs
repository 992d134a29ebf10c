using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Mas.Core.Hosting;
using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol.Session;
using StackExchange.Redis;

namespace Mas.IrcBackend.Connections;

/// <summary>
/// The connection manager: handles <c>inbox:connectionmanager</c> and holds one link for each user and network in
/// <c>ircconnections</c>. While Redis is away nobody can hold the lease, and the links live on; they end when somebody
/// else gets it, who gives them a moment for that.
/// </summary>
internal sealed partial class ConnectionManagerHandler(
    RedisConnection redis, ConfiguredNetworks networks, AccountReader accounts, ParserUplink uplink, Courier courier, DeadLetters deadLetters, IHostApplicationLifetime host, TimeProvider time, ILogger<ConnectionManagerHandler> logger)
    : LaneHandler<LinkOrder>(Endpoints.ConnectionManager, courier, deadLetters), IAsyncDisposable
{
    // So many generations fit under one lease: the next holder's are higher.
    private const int GenerationBits = 24;

    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan HandoverPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, UserLink> _links = new(StringComparer.Ordinal);
    private readonly string _id = Guid.NewGuid().ToString("N");
    private long _generation;
    private Lease? _lease;
    private CancellationTokenSource _watching = new();
    private ObservableGauge<int>? _gauge;

    protected override async Task BeginAsync(Lease lease, CancellationToken stopping)
    {
        _gauge ??= MasMeter.Meter.CreateObservableGauge("mas_irc_connections", CountLinks, description: "IRC connections that this process holds, by network and state");
        await _watching.CancelAsync();
        _watching.Dispose();
        _watching = new CancellationTokenSource();
        // The links of another holder may be ending still; two sockets for one user and network must never be.
        var before = await redis.Database.StringGetAsync(RedisKeys.IrcConnectionsHolder);
        if (before != _id)
        {
            await EndAllAsync();
            if (!before.IsNull)
                await Task.Delay(HandoverPause, time, stopping);
            await redis.Database.StringSetAsync(RedisKeys.IrcConnectionsHolder, _id);
        }
        _lease = lease;
        _generation = lease.Epoch << GenerationBits;
        foreach (var member in await redis.Database.SetMembersAsync(RedisKeys.IrcConnections))
        {
            var text = (string)member!;
            var colon = text.IndexOf(':');
            if (colon > 0 && UserId.TryParse(text[..colon], out var user) && !_links.ContainsKey(text))
                await StartAsync(user, text[(colon + 1)..], Task.CompletedTask);
        }
        LogBegun(_links.Count);
        var watching = _watching.Token;
        stopping.Register(() => _ = WatchAsync(lease.Holder, watching));
    }

    /// <summary>Waits until every link has said goodbye.</summary>
    public async ValueTask DisposeAsync()
    {
        await _watching.CancelAsync();
        await EndAllAsync();
        _watching.Dispose();
        try
        {
            // Then whoever comes next need not wait.
            if (await redis.Database.StringGetAsync(RedisKeys.IrcConnectionsHolder) == _id)
                await redis.Database.KeyDeleteAsync(RedisKeys.IrcConnectionsHolder);
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            LogNotSaid(e.Message);
        }
    }

    protected override (LinkOrder? Message, string? Error) Read(byte[] json) => LinkOrder.FromJson(json);

    protected override string LaneOf(LinkOrder message) => Name(message.User, message.Network);

    protected override bool Joins(LinkOrder previous, LinkOrder next) => false;

    protected override Task FailAsync(LinkOrder message) => Task.CompletedTask;

    protected override async Task HandleAsync(IReadOnlyList<Work<LinkOrder>> run, CancellationToken stopping)
    {
        // A holder that was paused in the middle of a batch must not go on with it: the next one has begun with the rest.
        if (!_lease!.IsValid)
            throw new LeaseLostException("The lease of the IRC connections is over.");
        var order = run[0].Message;
        _links.TryGetValue(Name(order.User, order.Network), out var link);
        switch (order)
        {
            case ConnectOrder:
                await redis.Database.SetAddAsync(RedisKeys.IrcConnections, RedisKeys.IrcConnectionMember(order.User, order.Network));
                if (link is null || link.State == LinkState.Waiting)
                {
                    link?.Stop();
                    await StartAsync(order.User, order.Network, link?.Ended ?? Task.CompletedTask);
                }
                break;
            case SendOrder send when link is not null:
                await link.SendAsync(send, run[0].Redelivered);
                break;
            case SendOrder { ConversationId: { } conversation } send:
                foreach (var line in send.Lines)
                {
                    await uplink.AddAsync(new EventEntry(
                        Core.Protocol.Rids.New(), send.UserId, send.Network, send.Generation, 0, 0,
                        run[0].Redelivered ? LinkEvents.Unsure : LinkEvents.Unsent, line, ConversationId: conversation));
                }
                break;
            case DisconnectOrder:
                await redis.Database.SetRemoveAsync(RedisKeys.IrcConnections, RedisKeys.IrcConnectionMember(order.User, order.Network));
                link?.Stop();
                break;
            case CloseOrder close when link is not null && link.Generation == close.Generation:
                link.Stop();
                await StartAsync(order.User, order.Network, link.Ended);
                break;
        }
    }

    private async Task StartAsync(UserId user, string network, Task before)
    {
        // A network that is not configured now may be so again.
        if (!networks.TryGet(network, out var context))
            return;
        if (await accounts.ReadAsync(user, network) is not { } account)
        {
            await redis.Database.SetRemoveAsync(RedisKeys.IrcConnections, RedisKeys.IrcConnectionMember(user, network));
            return;
        }
        var link = new UserLink(user, context, account, uplink, () => Interlocked.Increment(ref _generation), host.ApplicationStopping);
        _links[Name(user, network)] = link;
        link.Start(before, OnEnded);
    }

    private void OnEnded(UserLink link, ConnectionOutcome outcome)
    {
        _links.TryRemove(KeyValuePair.Create(Name(link.User, link.Network), link));
        // What the server refused for good is not tried again after a restart either.
        if (outcome.Kind != OutcomeKind.Stopped)
            redis.Database.SetRemove(RedisKeys.IrcConnections, RedisKeys.IrcConnectionMember(link.User, link.Network), CommandFlags.FireAndForget);
    }

    /// <summary>After the lease was lost: ends the links as soon as somebody else has it.</summary>
    private async Task WatchAsync(string own, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !host.ApplicationStopping.IsCancellationRequested)
        {
            try
            {
                if (await Lease.GetHolderAsync(redis, Endpoints.ConnectionManager) is { } holder && holder != own)
                {
                    LogHandedOver(_links.Count);
                    await EndAllAsync();
                    return;
                }
                await Task.Delay(WatchInterval, time, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (RedisErrors.IsAway(e))
            {
                await Task.Delay(WatchInterval, time, CancellationToken.None);
            }
        }
    }

    private IEnumerable<Measurement<int>> CountLinks()
    {
        var counts = _links.Values.CountBy(link => (link.Network, link.State)).ToDictionary();
        return networks.Names.SelectMany(_ => Enum.GetValues<LinkState>(), (network, state) => new Measurement<int>(
            counts.GetValueOrDefault((network, state)),
            new KeyValuePair<string, object?>("network", network),
            new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant())));
    }

    private async Task EndAllAsync()
    {
        foreach (var link in _links.Values)
            link.Stop();
        await Task.WhenAll(_links.Values.Select(link => link.Ended));
        _links.Clear();
    }

    private static string Name(UserId user, string network) => $"{user.Value}:{network}";

    [LoggerMessage(Level = LogLevel.Information, Message = "Holding {Count} IRC connections")]
    private partial void LogBegun(int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis is away at the end ({Reason}): the next holder waits a moment")]
    private partial void LogNotSaid(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Another process holds the IRC connections now; {Count} here end")]
    private partial void LogHandedOver(int count);
}
