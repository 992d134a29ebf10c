using System.Net;
using StackExchange.Redis;

namespace Mas.Tests.Harness;

/// <summary>A single real Redis of a test's own.</summary>
public sealed class RedisServer : TestRedis
{
    private readonly RedisProcess _redis;

    private RedisServer(RedisProcess redis) => _redis = redis;

    /// <summary>The TCP port; the same over restarts.</summary>
    public int Port => _redis.Port;

    /// <inheritdoc/>
    public override string Endpoint => _redis.Endpoint;

    /// <inheritdoc/>
    public override bool IsCluster => false;

    /// <summary>The running process.</summary>
    public ChildProcess Process => _redis.Process;

    /// <inheritdoc/>
    public override IReadOnlyList<RedisProcess> Nodes => [_redis];

    /// <summary>Server commands: INFO, SCAN, CONFIG.</summary>
    public IServer Server => Connection.GetServer(new IPEndPoint(IPAddress.Loopback, Port));

    /// <summary>Starts an empty Redis.</summary>
    /// <param name="appendOnly">True: it is as durable as the project's <c>redis.conf</c> makes it, so that a killed Redis comes back with all that it has answered.</param>
    /// <param name="settings">More arguments of redis-server, such as <c>["--maxmemory", "10mb"]</c>.</param>
    public static async Task<RedisServer> StartAsync(bool appendOnly = false, IReadOnlyList<string>? settings = null)
    {
        var redis = new RedisServer(await RedisProcess.StartAsync([.. RedisProcess.Durability(appendOnly), .. settings ?? []]));
        try
        {
            await redis.ConnectAsync();
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>Empties the database.</summary>
    public Task FlushAsync() => Server.FlushAllDatabasesAsync();

    /// <summary>Stops Redis in order (SIGTERM).</summary>
    public async Task StopAsync()
    {
        await DisconnectAsync();
        await _redis.StopAsync();
    }

    /// <inheritdoc/>
    public override async Task KillAsync()
    {
        await DisconnectAsync();
        await _redis.KillAsync();
    }

    /// <inheritdoc/>
    public override async Task StartAgainAsync()
    {
        await _redis.StartAgainAsync();
        await ConnectAsync();
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        await _redis.DisposeAsync();
    }
}
