
namespace Mas.Tests.Harness;

/// <summary>One Redis with two replicas, and three sentinels that make one of them the master when it is gone.</summary>
public sealed class RedisSentinels : TestRedis
{
    private const int Replicas = 2;
    private const int Sentinels = 3;

    private readonly List<RedisProcess> _nodes = [];
    private readonly List<(ChildProcess Process, TempFolder Folder)> _sentinels = [];

    private RedisSentinels()
    {
    }

    /// <summary>The node that is the master at the start, then its replicas.</summary>
    public override IReadOnlyList<RedisProcess> Nodes => _nodes;

    /// <inheritdoc/>
    public override string Endpoint => string.Join(',', _nodes.Select(node => node.Endpoint));

    /// <inheritdoc/>
    public override bool IsCluster => false;

    /// <summary>Starts everything and waits until the replicas follow and the sentinels know one another.</summary>
    public static new async Task<RedisSentinels> StartAsync(bool appendOnly = false)
    {
        var redis = new RedisSentinels();
        try
        {
            // A master that comes back after another one took over has no replica, and refuses to be written.
            string[] settings = [.. RedisProcess.Durability(appendOnly), "--repl-diskless-sync-delay", "0", "--min-replicas-to-write", "1"];
            var master = await RedisProcess.StartAsync(settings);
            redis._nodes.Add(master);
            for (var i = 0; i < Replicas; i++)
            {
                redis._nodes.Add(await RedisProcess.StartAsync([.. settings, "--replicaof", "127.0.0.1", $"{master.Port}"]));
                await redis._nodes[^1].Process.WaitForLineAsync("MASTER <-> REPLICA sync: Finished with success");
            }
            for (var i = 0; i < Sentinels; i++)
                await redis.AddSentinelAsync(master.Port);
            foreach (var (process, _) in redis._sentinels)
            {
                await Eventually.HoldsAsync(
                    () => process.Lines.Count(line => line.Contains("+sentinel ", StringComparison.Ordinal)) == Sentinels - 1
                        && process.Lines.Count(line => line.Contains("+slave ", StringComparison.Ordinal)) == Replicas,
                    () => $"the sentinels know everybody\n{process.LogTail}");
            }
            await redis.ConnectAsync();
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the sentinels have made another node the master.</summary>
    public async Task<RedisProcess> NewMasterAsync()
    {
        var line = await _sentinels[0].Process.WaitForLineAsync("+switch-master");
        var port = int.Parse(line.Split(' ')[^1]);
        return _nodes.Single(node => node.Port == port);
    }

    /// <inheritdoc/>
    public override async Task KillAsync()
    {
        await DisconnectAsync();
        await Task.WhenAll(_nodes.Where(node => node.IsRunning).Select(node => node.KillAsync()));
    }

    /// <inheritdoc/>
    public override async Task StartAgainAsync()
    {
        await Task.WhenAll(_nodes.Where(node => !node.IsRunning).Select(node => node.StartAgainAsync()));
        await ConnectAsync();
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        foreach (var (process, folder) in _sentinels)
        {
            await process.DisposeAsync();
            folder.Dispose();
        }
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }

    private async Task AddSentinelAsync(int masterPort)
    {
        var folder = new TempFolder("sentinel");
        var settings = Path.Combine(folder.Path, "sentinel.conf");
        await File.WriteAllLinesAsync(settings,
        [
            $"port {FreePort.Next()}", $"dir {folder.Path}", "bind 127.0.0.1", "protected-mode no",
            $"sentinel monitor mas 127.0.0.1 {masterPort} 2", "sentinel down-after-milliseconds mas 2000", "sentinel failover-timeout mas 6000",
        ]);
        var process = ChildProcess.Start("sentinel", "redis-server", [settings, "--sentinel"], folder.Path);
        _sentinels.Add((process, folder));
        await process.WaitForLineAsync("+monitor master");
    }
}
