using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using NRedisStack;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// One multiplexed connection to Redis or Redis Cluster. It reconnects by itself; while Redis is away commands fail at
/// once, and trying again is the caller's (<see cref="RedisErrors.IsAway"/> says when that makes sense).
/// </summary>
public sealed partial class RedisConnection : IAsyncDisposable
{
    private readonly RedisOptions _options;
    private readonly ILogger _logger;
    private readonly ConnectionMultiplexer _multiplexer;
    private ReplicaWait? _replicas;
    private long _lostAt = long.MinValue;

    private RedisConnection(RedisOptions options, ILogger logger, ConnectionMultiplexer multiplexer)
    {
        _options = options;
        ClientName = multiplexer.ClientName;
        _logger = logger;
        _multiplexer = multiplexer;
        // Null: NRedisStack would put its own name into CLIENT LIST, on one connection of each process.
        Database = new MasterDatabase(multiplexer.GetDatabase(LibraryName: null));
        IsCluster = Servers.Any(server => server.ServerType == ServerType.Cluster);
        MayFailOver = IsCluster || _multiplexer.GetEndPoints().Length > 1;
        multiplexer.ConnectionFailed += (_, e) =>
        {
            Volatile.Write(ref _lostAt, Environment.TickCount64);
            LogLost(logger, e.EndPoint, e.FailureType);
        };
        multiplexer.ConnectionRestored += (_, e) =>
        {
            RedisMetrics.Reconnects.Add(1);
            LogRestored(logger, e.EndPoint);
            Restored?.Invoke();
        };
    }

    /// <summary>Raised after a lost connection was made again; what was pushed meanwhile has to be looked for.</summary>
    public event Action? Restored;

    /// <summary>What Redis calls this connection (CLIENT LIST); no other connection has the same name.</summary>
    public string ClientName { get; }

    /// <summary>The commands.</summary>
    public MasterDatabase Database { get; }

    /// <summary>Publish and subscribe.</summary>
    public ISubscriber Subscriber => _multiplexer.GetSubscriber();

    /// <summary>True when keys live on several nodes, so that commands for different keys have no common order.</summary>
    public bool IsCluster { get; }

    /// <summary>Whether a replica that has not heard of the last writes may take over: on a cluster, or when several nodes are named.</summary>
    public bool MayFailOver { get; }

    /// <summary>When a connection was last lost, as <see cref="Environment.TickCount64"/>; <see cref="long.MinValue"/> when none was.</summary>
    public long LostAt => Volatile.Read(ref _lostAt);

    /// <summary>What was sent and received, for tests.</summary>
    internal ServerCounters Counters => _multiplexer.GetCounters();

    /// <summary>The client library's own, for tests.</summary>
    internal ConnectionMultiplexer Multiplexer => _multiplexer;

    /// <summary>How long one command may take (<c>Redis:TimeoutMilliseconds</c>).</summary>
    public TimeSpan Timeout => TimeSpan.FromMilliseconds(_options.TimeoutMilliseconds);

    /// <summary>Whether commands reach Redis now, as far as the connection knows.</summary>
    public bool IsConnected => _multiplexer.IsConnected;

    /// <summary>To be taken before the first of the writes that <see cref="ConfirmWritesAsync"/> is to confirm.</summary>
    public long WriteGeneration => _replicas?.Generation ?? 0;

    /// <summary>Every node that is known, replicas included.</summary>
    public IEnumerable<IServer> Servers => _multiplexer.GetEndPoints().Select(endpoint => _multiplexer.GetServer(endpoint));

    /// <summary>Connects; while Redis is away it tries again with growing, jittered pauses.</summary>
    public static Task<RedisConnection> ConnectAsync(RedisOptions options, ILogger logger, CancellationToken stopping) =>
        ConnectAsync(options, TimeSpan.Zero, logger, stopping);

    private static async Task<RedisConnection> ConnectAsync(RedisOptions options, TimeSpan blockedFor, ILogger logger, CancellationToken stopping)
    {
        var isTold = false;
        var retry = RedisRetry.Connect(_ =>
        {
            if (!isTold)
                LogWaiting(logger, options.Endpoint);
            isTold = true;
        });
        var multiplexer = await retry.ExecuteAsync(async _ => await ConnectionMultiplexer.ConnectAsync(Configure(options, blockedFor)), stopping);
        var redis = new RedisConnection(options, logger, multiplexer);
        if (options.WaitReplicas > 0)
        {
            var another = await redis.OpenBlockingAsync(TimeSpan.FromMilliseconds(options.WaitMilliseconds), stopping);
            redis._replicas = await retry.ExecuteAsync(async _ => await ReplicaWait.StartAsync(another, options), stopping);
        }
        return redis;
    }

    /// <summary>
    /// Waits until what was written before outlives a master, when <c>Redis:WaitReplicas</c> says so; called before
    /// anything of it is acknowledged.
    /// </summary>
    /// <param name="since"><see cref="WriteGeneration"/> from before the first write.</param>
    /// <exception cref="ReplicasMissingException">It may be lost, and is not to be acknowledged.</exception>
    public Task ConfirmWritesAsync(long since) => _replicas?.ConfirmAsync(since) ?? Task.CompletedTask;

    /// <summary>Opens another connection for blocking commands, which would hold up everything else on this one.</summary>
    /// <param name="longest">How long such a command blocks at most; it fails only <see cref="Timeout"/> after that.</param>
    /// <param name="stopping">Ends the attempts to connect.</param>
    public Task<RedisConnection> OpenBlockingAsync(TimeSpan longest, CancellationToken stopping) =>
        ConnectAsync(_options.WithoutWait(), longest, _logger, stopping);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_replicas is not null)
            await _replicas.DisposeAsync();
        await _multiplexer.CloseAsync(allowCommandsToComplete: false);
    }

    private static ConfigurationOptions Configure(RedisOptions options, TimeSpan blockedFor)
    {
        var configuration = new ConfigurationOptions
        {
            AbortOnConnectFail = true,
            ClientName = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}",
            // For CLIENT LIST and CLIENT KILL: a worker ends the connections of one that was paused past its lease.
            AllowAdmin = true,
            ConnectTimeout = 2000,
            ConnectRetry = 1,
            AsyncTimeout = options.TimeoutMilliseconds + (int)blockedFor.TotalMilliseconds,
            SyncTimeout = options.TimeoutMilliseconds,
            // While Redis is away commands fail at once, instead of waiting in the client for it to come back.
            BacklogPolicy = BacklogPolicy.FailFast,
            // RESP3 would let commands and subscriptions share a connection, but Redis limits the output buffer of one that subscribes
            // (client-output-buffer-limit pubsub) to less than the answers to many snapshots. And ScriptReplay relies on RESP2's answers,
            // which are those that scripts see.
            Protocol = RedisProtocol.Resp2,
            // Keys and thread counts in messages: they end up in logs, and cost most when many commands fail at once.
            IncludeDetailInExceptions = false,
            KeepAlive = 2,
            // How soon a replica that took over is found, when nothing else tells.
            ConfigCheckSeconds = 2,
            ReconnectRetryPolicy = new LinearRetry(300),
            Ssl = options.Tls,
            Password = options.Password.Length > 0 ? options.Password : null,
            BeforeSocketConnect = (_, _, socket) => GiveUpSilentPeers(socket, options.TimeoutMilliseconds),
        };
        // With this channel the connection for subscriptions is there from the start: a SUBSCRIBE that had to open it would fail at once.
        // Nobody subscribes on a connection for blocking commands.
        if (blockedFor > TimeSpan.Zero)
            configuration.ConfigurationChannel = "";
        foreach (var endpoint in options.Endpoint.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            configuration.EndPoints.Add(endpoint);
        return configuration;
    }

    /// <summary>
    /// Closes a connection whose peer acknowledges nothing for as long as a command may take. Otherwise the network would go on
    /// delivering what was sent long after its caller was told that it failed, and the client would reconnect only after four timeouts.
    /// </summary>
    private static void GiveUpSilentPeers(Socket socket, int milliseconds)
    {
        const int IpprotoTcp = 6, TcpUserTimeout = 18;
        if (OperatingSystem.IsLinux())
            socket.SetRawSocketOption(IpprotoTcp, TcpUserTimeout, BitConverter.GetBytes(milliseconds));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis at {Endpoint} is away; waiting for it")]
    private static partial void LogWaiting(ILogger logger, string endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to Redis at {Endpoint} is lost ({Failure}); reconnecting")]
    private static partial void LogLost(ILogger logger, EndPoint? endpoint, ConnectionFailureType failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "The connection to Redis at {Endpoint} is back")]
    private static partial void LogRestored(ILogger logger, EndPoint? endpoint);
}
