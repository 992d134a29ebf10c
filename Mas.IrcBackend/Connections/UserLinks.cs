using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Core.Telemetry;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol.Session;
using StackExchange.Redis;

namespace Mas.IrcBackend.Connections;

/// <summary>
/// The links that this process holds: one for each user and network in <c>ircconnections</c> whose user belongs to an inbox
/// that it consumes. While Redis is away nobody can hold a lease, and the links live on; likewise while the number of inboxes
/// changes. They end when another worker has their users, which gives them a moment for that.
/// </summary>
internal sealed partial class UserLinks : IAsyncDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan HandoverPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, UserLink> _links = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<InboxPartition, LinkLease> _held = new();

    /// <summary>Ends of links that have made place for others, which have yet to start.</summary>
    private readonly ConcurrentDictionary<string, Task> _replaced = new(StringComparer.Ordinal);
    private readonly Lock _changing = new();
    private readonly RedisConnection _redis;
    private readonly LinkHolders _holders;
    private readonly ConfiguredNetworks _networks;
    private readonly AccountReader _accounts;
    private readonly ParserUplink _uplink;
    private readonly TimeProvider _time;
    private readonly ILogger<UserLinks> _logger;
    private readonly CancellationToken _stopping;

    public UserLinks(
        RedisConnection redis, LinkHolders holders, ConfiguredNetworks networks, AccountReader accounts, ParserUplink uplink, IHostApplicationLifetime host, TimeProvider time, ILogger<UserLinks> logger)
    {
        (_redis, _holders, _networks, _accounts, _uplink, _time, _logger) = (redis, holders, networks, accounts, uplink, time, logger);
        _stopping = host.ApplicationStopping;
        MasMeter.Meter.CreateObservableUpDownCounter("mas.irc.connections", Count, "{connection}", "IRC connections that this process holds, by network and state");
    }

    /// <summary>The user's link to a network.</summary>
    internal bool TryGet(UserId user, string network, [NotNullWhen(true)] out UserLink? link) => _links.TryGetValue(Name(user, network), out link);

    /// <summary>
    /// Goes on with the links of an inbox's users: those that this process holds stay, the others of <c>ircconnections</c> start,
    /// once whoever held them has had a moment to end them.
    /// </summary>
    /// <param name="under">The inbox's lease.</param>
    /// <param name="stopping">The lease is lost.</param>
    internal async Task TakeOverAsync(LinkLease under, CancellationToken stopping)
    {
        try
        {
            var holders = await _holders.ReadAsync();
            var before = holders.Where(holder => holder.Worker != under.Holder && holder.Meets(under.Part)).ToList();
            _held[under.Part] = under;
            await _holders.WriteAsync(new LinkHolder(under.Part, under.Holder));
            // What somebody else has held since would say what the parser takes for history.
            await EndAsync(_links.Values.Where(link => under.Part.Owns(link.User.Value) && before.Exists(holder => holder.Has(link.User))));
            if (before.Count > 0)
            {
                // Theirs may be ending still; two sockets for one user and network must never be.
                await Task.Delay(HandoverPause, _time, stopping);
                await _holders.RemoveDeadAsync(before, under.Part);
            }
            await GoOnAsync(under, stopping);
        }
        finally
        {
            stopping.Register(() => _ = LetGoAsync(under));
        }
    }

    /// <summary>The user wants to be connected. A link that pauses, or ends, makes place for another one.</summary>
    internal async Task ConnectAsync(UserId user, string network, LinkLease under)
    {
        var member = RedisKeys.IrcConnectionMember(user, network);
        var name = Name(user, network);
        Task noted;
        var stays = false;
        // What a link that ends now takes away (ForgetAsync) is put in again behind it, or it takes nothing away.
        lock (_changing)
        {
            noted = Task.WhenAll(
                _redis.Database.SetAddAsync(RedisKeys.IrcConnections, member),
                _redis.Database.SetRemoveAsync(RedisKeys.IrcConnectionsEnding, member));
            if (TryGet(user, network, out var link))
            {
                stays = !link.IsEnding && link.State != LinkState.Waiting;
                if (!stays)
                {
                    _links.TryRemove(KeyValuePair.Create(name, link));
                    // From here on this may fail, and be done again: the link ends all the same, and its successor waits for it.
                    _replaced[name] = link.Ended;
                    link.Stop();
                }
            }
        }
        await noted;
        if (stays)
            return;
        await StartAsync(user, network, _replaced.GetValueOrDefault(name, Task.CompletedTask), under);
        _replaced.TryRemove(name, out _);
    }

    /// <summary>
    /// The user does not want to be connected any more. That the parser has yet to hear of the end is noted first, since a
    /// connection that is no longer among those that are wanted is nobody's when this process dies before it can say so.
    /// </summary>
    internal async Task DisconnectAsync(UserId user, string network)
    {
        var member = RedisKeys.IrcConnectionMember(user, network);
        await _redis.Database.SetAddAsync(RedisKeys.IrcConnectionsEnding, member);
        await _redis.Database.SetRemoveAsync(RedisKeys.IrcConnections, member);
        if (!TryGet(user, network, out var link) || !link.TryLeave())
            await _redis.Database.SetRemoveAsync(RedisKeys.IrcConnectionsEnding, member);
    }

    /// <summary>Starts the link of a user to a network when <paramref name="before"/>, the one that it replaces, has ended.</summary>
    internal async Task StartAsync(UserId user, string network, Task before, LinkLease under)
    {
        // A network that is not configured now may be so again.
        if (!_networks.TryGet(network, out var context))
            return;
        if (await _accounts.ReadAsync(user, network) is not { } account)
        {
            await _redis.Database.SetRemoveAsync(RedisKeys.IrcConnections, RedisKeys.IrcConnectionMember(user, network));
            return;
        }
        var link = new UserLink(user, context, account, _uplink, under, _stopping);
        _links[Name(user, network)] = link;
        link.Start(before, OnEnded);
    }

    /// <summary>Waits until every link has said goodbye.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(_links.Values);
        await Task.WhenAll(_replaced.Values);
        try
        {
            // Then whoever comes next need not wait.
            foreach (var under in _held.Values)
                await _holders.RemoveAsync(new LinkHolder(under.Part, under.Holder));
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            LogNotSaid(e.Message);
        }
    }

    private async Task GoOnAsync(LinkLease under, CancellationToken stopping)
    {
        var kept = _links.Values.Where(link => under.Part.Owns(link.User.Value)).ToList();
        foreach (var link in kept)
            link.Under = under;
        var wanted = await ReadAsync(RedisKeys.IrcConnections, under);
        await TellEndedAsync((await ReadAsync(RedisKeys.IrcConnectionsEnding, under)).Except(wanted).ToList(), under, stopping);
        foreach (var (user, network) in wanted)
        {
            stopping.ThrowIfCancellationRequested();
            await StartAsync(user, network, Task.CompletedTask, under);
        }
        LogBegun(under.Part.Name, kept.Count, wanted.Count);
    }

    /// <summary>Of those that a key names, who belong to the inbox and have no link here.</summary>
    private async Task<List<(UserId User, string Network)>> ReadAsync(RedisKey key, LinkLease under)
    {
        var found = new List<(UserId, string)>();
        foreach (var member in await _redis.Database.SetMembersAsync(key))
        {
            var text = (string)member!;
            var colon = text.IndexOf(':');
            if (colon > 0 && UserId.TryParse(text[..colon], out var user) && under.Part.Owns(user.Value) && !_links.ContainsKey(text))
                found.Add((user, text[(colon + 1)..]));
        }
        return found;
    }

    /// <summary>Says of connections that went down with a former holder, and that nobody wants back, that they are over.</summary>
    private async Task TellEndedAsync(List<(UserId User, string Network)> ended, LinkLease under, CancellationToken stopping)
    {
        if (ended.Count == 0)
            return;
        foreach (var (user, network) in ended)
        {
            // Under a number of its own, higher than the one that it went down with.
            var generation = under.NextGeneration();
            await _uplink.AddAsync(new EventEntry(
                new LineRid(network, user.Value, generation, 1).ToString(), user.Value, network, generation, 1, _time.GetUtcNow().ToUnixTimeMilliseconds(), LinkEvents.Ended, "Disconnected"));
        }
        await _uplink.WhenPushedAsync().WaitAsync(stopping);
        foreach (var (user, network) in ended)
            await _redis.Database.SetRemoveAsync(RedisKeys.IrcConnectionsEnding, RedisKeys.IrcConnectionMember(user, network));
    }

    private void OnEnded(UserLink link, ConnectionOutcome outcome)
    {
        if (outcome.Kind != OutcomeKind.Stopped || link.IsUnwanted)
            _ = ForgetAsync(link);
        else
            _links.TryRemove(KeyValuePair.Create(Name(link.User, link.Network), link));
    }

    /// <summary>
    /// Forgets what is not to be connected again, also after a restart: its user wants it no more, or the server refused it for
    /// good. Behind what it has said last, since nobody else could say that for it any more.
    /// </summary>
    private async Task ForgetAsync(UserLink link)
    {
        try
        {
            await _uplink.WhenPushedAsync();
            var member = RedisKeys.IrcConnectionMember(link.User, link.Network);
            Task forgotten;
            lock (_changing)
            {
                // There is another one by now: the user wants to be connected again.
                if (!_links.TryRemove(KeyValuePair.Create(Name(link.User, link.Network), link)))
                    return;
                forgotten = Task.WhenAll(
                    _redis.Database.SetRemoveAsync(RedisKeys.IrcConnections, member), _redis.Database.SetRemoveAsync(RedisKeys.IrcConnectionsEnding, member));
            }
            await forgotten;
        }
        catch (Exception e) when (e is OperationCanceledException || RedisErrors.IsAway(e))
        {
            LogNotForgotten(link.User.Value, link.Network, e.Message);
        }
    }

    /// <summary>
    /// After a lease has ended: sees to its links until this process holds them under another lease, or another worker has
    /// their users and they have ended.
    /// </summary>
    private async Task LetGoAsync(LinkLease under)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (!_links.Values.Any(link => link.Under == under))
                {
                    if (_held.TryRemove(KeyValuePair.Create(under.Part, under)))
                        await _holders.RemoveAsync(new LinkHolder(under.Part, under.Holder));
                    return;
                }
                var others = (await _holders.ReadAsync()).FindAll(holder => holder.Worker != under.Holder);
                var gone = _links.Values.Where(link => link.Under == under && others.Exists(holder => holder.Has(link.User))).ToList();
                if (gone.Count > 0)
                    LogHandedOver(under.Part.Name, gone.Count);
                await EndAsync(gone);
                await Task.Delay(WatchInterval, _time, _stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                // However it fails: were it given up, another worker's users would have two sockets for good.
                if (!RedisErrors.IsAway(e))
                    LogNotLetGo(e, under.Part.Name);
                await Task.Delay(WatchInterval, _time, CancellationToken.None);
            }
        }
    }

    private static async Task EndAsync(IEnumerable<UserLink> links)
    {
        var ending = links.ToList();
        foreach (var link in ending)
            link.Stop();
        await Task.WhenAll(ending.Select(link => link.Ended));
    }

    private IEnumerable<Measurement<int>> Count()
    {
        var counts = _links.Values.CountBy(link => (link.Network, link.State)).ToDictionary();
        return _networks.Names.SelectMany(_ => Enum.GetValues<LinkState>(), (network, state) => new Measurement<int>(
            counts.GetValueOrDefault((network, state)),
            new KeyValuePair<string, object?>("network", network),
            new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant())));
    }

    private static string Name(UserId user, string network) => $"{user.Value}:{network}";

    [LoggerMessage(Level = LogLevel.Information, Message = "inbox:{Endpoint}: {Kept} IRC connections stay, {Started} start")]
    private partial void LogBegun(string endpoint, int kept, int started);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis is away at the end ({Reason}): the next holder waits a moment")]
    private partial void LogNotSaid(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis is away ({Reason}): the next holder finds the connection of user {UserId} to {Network}, which is over, and ends it again")]
    private partial void LogNotForgotten(string userId, string network, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "inbox:{Endpoint}: who holds its IRC connections now could not be looked up; it is tried again")]
    private partial void LogNotLetGo(Exception e, string endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Endpoint}: another process holds {Count} IRC connections now; they end here")]
    private partial void LogHandedOver(string endpoint, int count);
}
