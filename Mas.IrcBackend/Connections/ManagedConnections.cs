using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Core.Telemetry;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol.Session;
using StackExchange.Redis;

namespace Mas.IrcBackend.Connections;

/// <summary>
/// The IRC connections of this process: one for each user and network in <c>ircconnections</c> whose user belongs to a partition that
/// it consumes. They outlive a lease: while Redis is unreachable, or the partitions change, they stay. They end when another worker
/// takes their users over, which waits a moment for that.
/// </summary>
internal sealed partial class ManagedConnections : IAsyncDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan HandoverPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, ManagedConnection> _connections = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<InboxPartition, ConnectionLease> _leases = new();

    /// <summary>Connections that end and whose successors have not started yet.</summary>
    private readonly ConcurrentDictionary<string, Task> _replaced = new(StringComparer.Ordinal);
    private readonly Lock _changing = new();
    private readonly RedisConnection _redis;
    private readonly ConnectionHolders _holders;
    private readonly ConfiguredNetworks _networks;
    private readonly AccountReader _accounts;
    private readonly ParserProducer _parser;
    private readonly TimeProvider _time;
    private readonly ILogger<ManagedConnections> _logger;
    private readonly CancellationToken _stopping;

    public ManagedConnections(
        RedisConnection redis, ConnectionHolders holders, ConfiguredNetworks networks, AccountReader accounts, ParserProducer parser, IHostApplicationLifetime host, TimeProvider time, ILogger<ManagedConnections> logger)
    {
        (_redis, _holders, _networks, _accounts, _parser, _time, _logger) = (redis, holders, networks, accounts, parser, time, logger);
        _stopping = host.ApplicationStopping;
        MasMeter.Meter.CreateObservableUpDownCounter("mas.irc.connections", Count, "{connection}", "IRC connections of this process, by network and state");
    }

    internal bool TryGet(UserId user, string network, [NotNullWhen(true)] out ManagedConnection? connection) => _connections.TryGetValue(Name(user, network), out connection);

    /// <summary>
    /// Takes over a partition's connections: those that this process holds stay, the others of <c>ircconnections</c> start once
    /// the worker before has had a moment to end them.
    /// </summary>
    /// <param name="lease">The partition's lease.</param>
    /// <param name="stopping">Cancelled when the lease is lost.</param>
    internal async Task TakeOverAsync(ConnectionLease lease, CancellationToken stopping)
    {
        try
        {
            var holders = await _holders.ReadAsync();
            var before = holders.Where(holder => holder.Worker != lease.Holder && holder.Meets(lease.Partition)).ToList();
            _leases[lease.Partition] = lease;
            await _holders.WriteAsync(new ConnectionHolder(lease.Partition, lease.Holder));
            // Another worker has made newer connections for these users since; the parser would ignore what these say.
            await EndAsync(_connections.Values.Where(connection => lease.Partition.Owns(connection.User.Value) && before.Exists(holder => holder.Has(connection.User))));
            if (before.Count > 0)
            {
                // There must never be two sockets for one user and network; the other worker's may still be ending.
                await Task.Delay(HandoverPause, _time, stopping);
                await _holders.RemoveDeadAsync(before, lease.Partition);
            }
            await StartAllAsync(lease, stopping);
        }
        finally
        {
            stopping.Register(() => _ = ReleaseAsync(lease));
        }
    }

    /// <summary>Connects the user. A connection that waits for its next attempt, or is ending, is replaced.</summary>
    internal async Task ConnectAsync(UserId user, string network, ConnectionLease lease)
    {
        var member = RedisKeys.IrcConnectionMember(user, network);
        var name = Name(user, network);
        Task saved;
        var stays = false;
        // Under the lock, so that a connection that ends now (ForgetAsync) removes the member before it is added, or not at all.
        lock (_changing)
        {
            saved = Task.WhenAll(
                _redis.Database.SetAddAsync(RedisKeys.IrcConnections, member),
                _redis.Database.SetRemoveAsync(RedisKeys.IrcConnectionsEnding, member));
            if (TryGet(user, network, out var connection))
            {
                stays = !connection.IsEnding && connection.State != ManagedConnectionState.Waiting;
                if (!stays)
                {
                    _connections.TryRemove(KeyValuePair.Create(name, connection));
                    // If this fails from here on and is retried, the successor still waits for the end of this one.
                    _replaced[name] = connection.Ended;
                    connection.Stop();
                }
            }
        }
        await saved;
        if (stays)
            return;
        await StartAsync(user, network, _replaced.GetValueOrDefault(name, Task.CompletedTask), lease);
        _replaced.TryRemove(name, out _);
    }

    /// <summary>
    /// Disconnects the user. <c>ircconnectionsending</c> is written first: if this process dies before it can report the end to
    /// the parser, the next one reports it.
    /// </summary>
    internal async Task DisconnectAsync(UserId user, string network)
    {
        var member = RedisKeys.IrcConnectionMember(user, network);
        await _redis.Database.SetAddAsync(RedisKeys.IrcConnectionsEnding, member);
        await _redis.Database.SetRemoveAsync(RedisKeys.IrcConnections, member);
        if (!TryGet(user, network, out var connection) || !connection.TryDisconnect())
            await _redis.Database.SetRemoveAsync(RedisKeys.IrcConnectionsEnding, member);
    }

    /// <summary>Starts a connection once <paramref name="before"/>, the one that it replaces, has ended.</summary>
    internal async Task StartAsync(UserId user, string network, Task before, ConnectionLease lease)
    {
        // The network may be configured again later.
        if (!_networks.TryGet(network, out var context))
            return;
        if (await _accounts.ReadAsync(user, network) is not { } account)
        {
            await _redis.Database.SetRemoveAsync(RedisKeys.IrcConnections, RedisKeys.IrcConnectionMember(user, network));
            return;
        }
        var connection = new ManagedConnection(user, context, account, _parser, lease, _stopping);
        _connections[Name(user, network)] = connection;
        connection.Start(before, OnEnded);
    }

    /// <summary>Ends every connection with QUIT.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync(_connections.Values);
        await Task.WhenAll(_replaced.Values);
        try
        {
            // Then the next holder need not wait.
            foreach (var lease in _leases.Values)
                await _holders.RemoveAsync(new ConnectionHolder(lease.Partition, lease.Holder));
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            LogNotRemoved(e.Message);
        }
    }

    private async Task StartAllAsync(ConnectionLease lease, CancellationToken stopping)
    {
        var kept = _connections.Values.Where(connection => lease.Partition.Owns(connection.User.Value)).ToList();
        foreach (var connection in kept)
            connection.Lease = lease;
        var wanted = await ReadAsync(RedisKeys.IrcConnections, lease);
        await TellEndedAsync((await ReadAsync(RedisKeys.IrcConnectionsEnding, lease)).Except(wanted).ToList(), lease, stopping);
        foreach (var (user, network) in wanted)
        {
            stopping.ThrowIfCancellationRequested();
            await StartAsync(user, network, Task.CompletedTask, lease);
        }
        LogTakenOver(lease.Partition.Name, kept.Count, wanted.Count);
    }

    /// <summary>The members of a key that belong to the partition and have no connection here.</summary>
    private async Task<List<(UserId User, string Network)>> ReadAsync(RedisKey key, ConnectionLease lease)
    {
        var found = new List<(UserId, string)>();
        foreach (var member in await _redis.Database.SetMembersAsync(key))
        {
            var text = (string)member!;
            var colon = text.IndexOf(':');
            if (colon > 0 && UserId.TryParse(text[..colon], out var user) && lease.Partition.Owns(user.Value) && !_connections.ContainsKey(text))
                found.Add((user, text[(colon + 1)..]));
        }
        return found;
    }

    /// <summary>Reports the end of connections that died with a former holder and are not wanted any more.</summary>
    private async Task TellEndedAsync(List<(UserId User, string Network)> ended, ConnectionLease lease, CancellationToken stopping)
    {
        if (ended.Count == 0)
            return;
        foreach (var (user, network) in ended)
        {
            // A new generation under this lease, so that the parser does not take the event for one of an older connection.
            var generation = lease.NextGeneration();
            await _parser.AddAsync(new EventEntry(
                new LineId(network, user.Value, generation, 1).ToString(), user.Value, network, generation, 1, _time.GetUtcNow().ToUnixTimeMilliseconds(), ConnectionEventType.Ended, "Disconnected"));
        }
        await _parser.WhenPushedAsync().WaitAsync(stopping);
        foreach (var (user, network) in ended)
            await _redis.Database.SetRemoveAsync(RedisKeys.IrcConnectionsEnding, RedisKeys.IrcConnectionMember(user, network));
    }

    private void OnEnded(ManagedConnection connection, ConnectionOutcome outcome)
    {
        if (outcome.Kind != OutcomeKind.Stopped || connection.IsUnwanted)
            _ = ForgetAsync(connection);
        else
            _connections.TryRemove(KeyValuePair.Create(Name(connection.User, connection.Network), connection));
    }

    /// <summary>
    /// Removes a connection that is not to be made again: the user disconnected, or the server refused for good. Only after its
    /// last event is pushed, since nobody else could report that.
    /// </summary>
    private async Task ForgetAsync(ManagedConnection connection)
    {
        try
        {
            await _parser.WhenPushedAsync();
            var member = RedisKeys.IrcConnectionMember(connection.User, connection.Network);
            Task forgotten;
            lock (_changing)
            {
                // Replaced meanwhile: the user has connected again.
                if (!_connections.TryRemove(KeyValuePair.Create(Name(connection.User, connection.Network), connection)))
                    return;
                forgotten = Task.WhenAll(
                    _redis.Database.SetRemoveAsync(RedisKeys.IrcConnections, member), _redis.Database.SetRemoveAsync(RedisKeys.IrcConnectionsEnding, member));
            }
            await forgotten;
        }
        catch (Exception e) when (e is OperationCanceledException || RedisErrors.IsAway(e))
        {
            LogNotForgotten(connection.User.Value, connection.Network, e.Message);
        }
    }

    /// <summary>
    /// After a lease has ended: waits until this process holds its connections under another lease, or another worker has their
    /// users and they have ended.
    /// </summary>
    private async Task ReleaseAsync(ConnectionLease lease)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (!_connections.Values.Any(connection => connection.Lease == lease))
                {
                    if (_leases.TryRemove(KeyValuePair.Create(lease.Partition, lease)))
                        await _holders.RemoveAsync(new ConnectionHolder(lease.Partition, lease.Holder));
                    return;
                }
                var others = (await _holders.ReadAsync()).FindAll(holder => holder.Worker != lease.Holder);
                var gone = _connections.Values.Where(connection => connection.Lease == lease && others.Exists(holder => holder.Has(connection.User))).ToList();
                if (gone.Count > 0)
                    LogHandedOver(lease.Partition.Name, gone.Count);
                await EndAsync(gone);
                await Task.Delay(WatchInterval, _time, _stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                // Never given up: another worker's users would have two sockets.
                if (!RedisErrors.IsAway(e))
                    LogNotReleased(e, lease.Partition.Name);
                await Task.Delay(WatchInterval, _time, CancellationToken.None);
            }
        }
    }

    private static async Task EndAsync(IEnumerable<ManagedConnection> connections)
    {
        var ending = connections.ToList();
        foreach (var connection in ending)
            connection.Stop();
        await Task.WhenAll(ending.Select(connection => connection.Ended));
    }

    private IEnumerable<Measurement<int>> Count()
    {
        var counts = _connections.Values.CountBy(connection => (connection.Network, connection.State)).ToDictionary();
        return _networks.Names.SelectMany(_ => Enum.GetValues<ManagedConnectionState>(), (network, state) => new Measurement<int>(
            counts.GetValueOrDefault((network, state)),
            new KeyValuePair<string, object?>("network", network),
            new KeyValuePair<string, object?>("state", state.ToString().ToLowerInvariant())));
    }

    private static string Name(UserId user, string network) => $"{user.Value}:{network}";

    [LoggerMessage(Level = LogLevel.Information, Message = "inbox:{Partition}: {Kept} IRC connections stay, {Started} start")]
    private partial void LogTakenOver(string partition, int kept, int started);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis is unreachable ({Reason}); the next holder of the IRC connections waits a moment before it connects")]
    private partial void LogNotRemoved(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis is unreachable ({Reason}); the ended connection of user {UserId} to {Network} is removed by the next holder")]
    private partial void LogNotForgotten(string userId, string network, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "inbox:{Partition}: could not find out which worker holds the IRC connections now; trying again")]
    private partial void LogNotReleased(Exception e, string partition);

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Partition}: another process has taken over {Count} IRC connections; they end here")]
    private partial void LogHandedOver(string partition, int count);
}
