using System.Net;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// One multiplexed connection to Redis or Redis Cluster. It reconnects by itself; while Redis is away commands fail at
/// once, and trying again is the caller's (<see cref="RedisErrors.IsAway"/> says when that makes sense).
/// </summary>
public sealed partial class RedisConnection : IAsyncDisposable
{
    private static readonly ResiliencePipeline ConnectRetry = new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<Exception>(RedisErrors.IsAway),
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(5),
        })
        .Build();

    private readonly RedisOptions _options;
    private readonly ILogger _logger;
    private readonly ConnectionMultiplexer _multiplexer;
    private readonly List<LibraryWatch> _watches = [];
    private ReplicaWait? _replicas;
    private long _lostAt = long.MinValue;

    private RedisConnection(RedisOptions options, ILogger logger, ConnectionMultiplexer multiplexer)
    {
        _options = options;
        ClientName = multiplexer.ClientName;
        _logger = logger;
        _multiplexer = multiplexer;
        // Answers go on side by side, each on a thread of its own; nothing here relies on one answer's continuation being over
        // before the next one's begins.
        multiplexer.PreserveAsyncOrder = false;
        Database = new MasterDatabase(multiplexer.GetDatabase());
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
        _watches.Add(new LibraryWatch(new ForgottenConnections(multiplexer, logger).LookAsync, TimeProvider.System, logger));
        if (IsCluster)
            _watches.Add(new LibraryWatch(new ForgottenCluster(multiplexer, Timeout, logger).LookAsync, TimeProvider.System, logger));
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

    /// <summary>
    /// When a connection was lost last, as <see cref="Environment.TickCount64"/>; <see cref="long.MinValue"/> when none was. The client library may
    /// lose an answer for good then, so that what waits for it waits for ever.
    /// </summary>
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

    /// <summary>Connects, waiting with growing, jittered pauses for as long as Redis is away.</summary>
    public static async Task<RedisConnection> ConnectAsync(RedisOptions options, ILogger logger, CancellationToken stopping)
    {
        var told = false;
        var multiplexer = await ConnectRetry.ExecuteAsync(async _ =>
        {
            try
            {
                return await ConnectionMultiplexer.ConnectAsync(Configure(options));
            }
            catch (Exception e) when (RedisErrors.IsAway(e) && !told)
            {
                told = true;
                LogWaiting(logger, options.Endpoint);
                throw;
            }
        }, stopping);
        var redis = new RedisConnection(options, logger, multiplexer);
        if (options.WaitReplicas > 0)
        {
            var another = await redis.OpenAnotherAsync(stopping);
            redis._replicas = await ConnectRetry.ExecuteAsync(async _ => await ReplicaWait.StartAsync(another, options), stopping);
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

    /// <summary>Opens a connection of its own for blocking commands, which would hold up everything else on this one.</summary>
    public Task<RedisConnection> OpenAnotherAsync(CancellationToken stopping) => ConnectAsync(_options.WithoutWait(), _logger, stopping);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_replicas is not null)
            await _replicas.DisposeAsync();
        foreach (var watch in _watches)
            await watch.DisposeAsync();
        await _multiplexer.CloseAsync(allowCommandsToComplete: false);
    }

    private static ConfigurationOptions Configure(RedisOptions options)
    {
        var configuration = new ConfigurationOptions
        {
            AbortOnConnectFail = true,
            ClientName = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}",
            // For CLIENT LIST and CLIENT KILL: a worker ends the connections of one that was paused past its lease.
            AllowAdmin = true,
            ConnectTimeout = 2000,
            ConnectRetry = 1,
            SyncTimeout = options.TimeoutMilliseconds,
            KeepAlive = 2,
            // What is sent at once goes out in so few pieces, each a system call; the library's default is 4 KB.
            WriteBuffer = 64 * 1024,
            // How soon a replica that took over is found, when nothing else tells.
            ConfigCheckSeconds = 2,
            ReconnectRetryPolicy = new LinearRetry(300),
            Ssl = options.Tls,
            Password = options.Password.Length > 0 ? options.Password : null,
        };
        foreach (var endpoint in options.Endpoint.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            configuration.EndPoints.Add(endpoint);
        return configuration;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis at {Endpoint} is away; waiting for it")]
    private static partial void LogWaiting(ILogger logger, string endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to Redis at {Endpoint} is lost ({Failure}); reconnecting")]
    private static partial void LogLost(ILogger logger, EndPoint endpoint, ConnectionFailureType failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "The connection to Redis at {Endpoint} is back")]
    private static partial void LogRestored(ILogger logger, EndPoint endpoint);
}
