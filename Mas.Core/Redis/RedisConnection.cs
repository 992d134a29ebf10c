using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using NRedisStack;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// A multiplexed connection to Redis or Redis Cluster. It reconnects by itself. While Redis is away commands fail at once, and
/// callers decide whether to retry (<see cref="RedisErrors.IsAway"/>).
/// </summary>
public sealed partial class RedisConnection : IAsyncDisposable
{
    private readonly RedisOptions _options;
    private readonly ILogger _logger;
    private readonly ConnectionMultiplexer _multiplexer;
    private readonly ReplicaWait? _replicas;
    private long _lostAt = long.MinValue;

    private RedisConnection(RedisOptions options, ILogger logger, ConnectionMultiplexer multiplexer, ReplicaWait? replicas)
    {
        _options = options;
        ClientName = multiplexer.ClientName;
        _logger = logger;
        _multiplexer = multiplexer;
        _replicas = replicas;
        // Null, because NRedisStack would put its own name into CLIENT LIST.
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

    /// <summary>Raised after a reconnect. Wake-ups published meanwhile are lost.</summary>
    public event Action? Restored;

    /// <summary>The unique name of this connection in CLIENT LIST.</summary>
    public string ClientName { get; }

    /// <summary>Commands to the masters.</summary>
    public MasterDatabase Database { get; }

    /// <summary>Publish and subscribe.</summary>
    public ISubscriber Subscriber => _multiplexer.GetSubscriber();

    /// <summary>Whether keys are on several nodes, so that commands for different keys have no common order.</summary>
    public bool IsCluster { get; }

    /// <summary>Whether a replica may take over and lack the last writes: on a cluster, or with several endpoints.</summary>
    public bool MayFailOver { get; }

    /// <summary>When a connection was last lost (<see cref="Environment.TickCount64"/>); <see cref="long.MinValue"/> for never.</summary>
    public long LostAt => Volatile.Read(ref _lostAt);

    /// <summary>For tests.</summary>
    internal ServerCounters Counters => _multiplexer.GetCounters();

    /// <summary>For tests.</summary>
    internal ConnectionMultiplexer Multiplexer => _multiplexer;

    /// <summary>How long one command may take (<c>Redis:TimeoutMilliseconds</c>).</summary>
    public TimeSpan Timeout => TimeSpan.FromMilliseconds(_options.TimeoutMilliseconds);

    /// <summary>Whether Redis is connected, as far as is known.</summary>
    public bool IsConnected => _multiplexer.IsConnected;

    /// <summary>Read it before the first write that <see cref="ConfirmWritesAsync"/> is to confirm.</summary>
    public long WriteGeneration => _replicas?.Generation ?? 0;

    /// <summary>All known nodes, replicas included.</summary>
    public IEnumerable<IServer> Servers => _multiplexer.GetEndPoints().Select(endpoint => _multiplexer.GetServer(endpoint));

    /// <summary>Connects, and retries while Redis is away (<see cref="RedisRetry.Connect"/>).</summary>
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
        ReplicaWait? replicas = null;
        if (options.WaitReplicas > 0)
        {
            var waiting = await ConnectAsync(options.WithoutWait(), TimeSpan.FromMilliseconds(options.WaitMilliseconds), logger, stopping);
            replicas = await retry.ExecuteAsync(async _ => await ReplicaWait.StartAsync(waiting, options), stopping);
        }
        var multiplexer = await retry.ExecuteAsync(async _ => await ConnectionMultiplexer.ConnectAsync(Configure(options, blockedFor)), stopping);
        return new RedisConnection(options, logger, multiplexer, replicas);
    }

    /// <summary>
    /// With <c>Redis:WaitReplicas</c>, waits until all earlier writes are in enough replicas. To be called before they are
    /// acknowledged.
    /// </summary>
    /// <param name="since"><see cref="WriteGeneration"/> from before the first write.</param>
    /// <exception cref="ReplicasMissingException">Writes may be lost, and must not be acknowledged.</exception>
    public Task ConfirmWritesAsync(long since) => _replicas?.ConfirmAsync(since) ?? Task.CompletedTask;

    /// <summary>Opens another connection for blocking commands, which would block all others on this one.</summary>
    /// <param name="longest">How long a command may block. It times out <see cref="Timeout"/> after that.</param>
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
            // For CLIENT LIST and CLIENT KILL (StaleHolderEvictor).
            AllowAdmin = true,
            ConnectTimeout = 2000,
            ConnectRetry = 1,
            AsyncTimeout = options.TimeoutMilliseconds + (int)blockedFor.TotalMilliseconds,
            SyncTimeout = options.TimeoutMilliseconds,
            BacklogPolicy = BacklogPolicy.FailFast,
            // RESP3 would put subscriptions on the connection for commands, and Redis limits the output buffer of a connection with
            // subscriptions (client-output-buffer-limit pubsub) to less than many snapshots take. ScriptReplay also needs RESP2's answers,
            // which are those that scripts see.
            Protocol = RedisProtocol.Resp2,
            // Details put keys into logs, and are expensive when many commands fail.
            IncludeDetailInExceptions = false,
            KeepAlive = 2,
            // Finds a replica that took over within 2 s.
            ConfigCheckSeconds = 2,
            ReconnectRetryPolicy = new LinearRetry(300),
            Ssl = options.Tls,
            Password = options.Password.Length > 0 ? options.Password : null,
            BeforeSocketConnect = (_, _, socket) => GiveUpSilentPeers(socket, options.TimeoutMilliseconds),
        };
        // The configuration channel opens the connection for subscriptions in advance; a first SUBSCRIBE would fail without it. A
        // connection for blocking commands has no subscriptions.
        if (blockedFor > TimeSpan.Zero)
            configuration.ConfigurationChannel = "";
        foreach (var endpoint in options.Endpoint.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            configuration.EndPoints.Add(endpoint);
        return configuration;
    }

    /// <summary>
    /// Closes a connection whose peer acknowledges nothing for as long as a command may take. Otherwise TCP might deliver a command
    /// long after its caller was told that it failed, and the client would reconnect only after four timeouts.
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
