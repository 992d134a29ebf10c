using System.Net;
using System.Security.Cryptography;
using StackExchange.Redis;

namespace Mas.Tests.Harness;

/// <summary>A real Redis Cluster of a test's own: three masters, and a replica of each.</summary>
/// <remarks>
/// The nodes are born into a cluster that is described already in the file where each keeps what it knows of the others
/// (<c>nodes.conf</c>). Meeting each other by commands would take some seconds longer.
/// </remarks>
public sealed class RedisCluster : TestRedis
{
    private const int MasterCount = 3;
    private const int Slots = 16384;
    private const int Attempts = 10;

    private readonly IReadOnlyList<RedisProcess> _nodes;

    private RedisCluster(IReadOnlyList<RedisProcess> nodes) => _nodes = nodes;

    /// <summary>All nodes: at the start three masters, then the replica of each.</summary>
    public IReadOnlyList<RedisProcess> Nodes => _nodes;

    /// <inheritdoc/>
    public override string Endpoint => string.Join(',', _nodes.Select(node => node.Endpoint));

    /// <inheritdoc/>
    public override bool IsCluster => true;

    /// <inheritdoc/>
    public override IReadOnlyList<ChildProcess> Processes => [.. _nodes.Where(node => node.IsRunning).Select(node => node.Process)];

    /// <summary>Starts an empty cluster and waits until every node can be used and every replica follows its master.</summary>
    /// <param name="appendOnly">True: every node keeps an append-only file, written before it answers.</param>
    /// <param name="nodeTimeout">After how long a silent node counts as failed, so that its replica takes over.</param>
    public static async Task<RedisCluster> StartAsync(bool appendOnly = false, TimeSpan? nodeTimeout = null)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await TryStartAsync(appendOnly, nodeTimeout ?? TimeSpan.FromSeconds(15)) is not { } cluster)
                continue;
            try
            {
                await cluster.IsReadyAsync();
                return cluster;
            }
            catch
            {
                await cluster.DisposeAsync();
                throw;
            }
        }
        throw new InvalidOperationException($"The cluster found no free ports in {Attempts} attempts");
    }

    /// <summary>The node that holds a key's slot now, as the other nodes see it.</summary>
    public async Task<RedisProcess> MasterOfAsync(RedisKey key)
    {
        var slot = Connection.HashSlot(key);
        foreach (var node in _nodes.Where(node => node.IsRunning))
        {
            if ((await ServerOf(node).ClusterNodesAsync())?.GetBySlot(slot) is { EndPoint: IPEndPoint endpoint })
                return _nodes.Single(other => other.Port == endpoint.Port);
        }
        throw new InvalidOperationException($"Nobody holds slot {slot}");
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
        await IsReadyAsync();
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }

    /// <summary>Waits until every node says that the cluster is whole, and every replica that it follows its master.</summary>
    private async Task IsReadyAsync()
    {
        foreach (var node in _nodes)
            await node.Process.WaitForLineAsync("Cluster state changed: ok");
        await ConnectAsync();
        foreach (var node in _nodes)
        {
            await Eventually.HoldsAsync(async () =>
            {
                var info = await ServerOf(node).InfoRawAsync("replication");
                return info!.Contains("role:master", StringComparison.Ordinal) || info.Contains("master_link_status:up", StringComparison.Ordinal);
            }, $"node {node.Endpoint} of the cluster is ready\n{node.Process.LogTail}");
        }
    }

    private IServer ServerOf(RedisProcess node) => Connection.GetServer(new IPEndPoint(IPAddress.Loopback, node.Port));

    /// <summary>Null when somebody else took one of the ports in the meantime.</summary>
    private static async Task<RedisCluster?> TryStartAsync(bool appendOnly, TimeSpan nodeTimeout)
    {
        var members = Enumerable.Range(0, 2 * MasterCount)
            .Select(_ => (Id: RandomNumberGenerator.GetHexString(40, lowercase: true), Port: FreePort.Next(), Bus: FreePort.Next())).ToArray();
        var starting = members.Select((member, i) => RedisProcess.TryStartAsync(
            member.Port,
            [
                "--cluster-enabled", "yes", "--cluster-port", $"{member.Bus}", "--cluster-node-timeout", $"{nodeTimeout.TotalMilliseconds:0}",
                "--repl-diskless-sync-delay", "0", "--appendonly", appendOnly ? "yes" : "no",
            ],
            folder => File.WriteAllLines(Path.Combine(folder, "nodes.conf"), NodesFile(members, i)))).ToArray();
        try
        {
            var nodes = await Task.WhenAll(starting);
            if (nodes.All(node => node is not null))
                return new RedisCluster(nodes!);
        }
        catch
        {
            await DisposeAsync(starting);
            throw;
        }
        await DisposeAsync(starting);
        return null;
    }

    private static async Task DisposeAsync(IEnumerable<Task<RedisProcess?>> starting)
    {
        foreach (var node in starting.Where(node => node.IsCompletedSuccessfully))
        {
            if (await node is { } started)
                await started.DisposeAsync();
        }
    }

    /// <summary>The lines of CLUSTER NODES as node <paramref name="self"/> sees them, and the epochs of its elections.</summary>
    private static IEnumerable<string> NodesFile((string Id, int Port, int Bus)[] members, int self)
    {
        for (var i = 0; i < members.Length; i++)
        {
            var shard = i % MasterCount;
            var isMaster = i < MasterCount;
            var flags = (i == self ? "myself," : "") + (isMaster ? "master" : "slave");
            var master = isMaster ? "-" : members[shard].Id;
            var slots = isMaster ? $" {shard * Slots / MasterCount}-{((shard + 1) * Slots / MasterCount) - 1}" : "";
            yield return $"{members[i].Id} 127.0.0.1:{members[i].Port}@{members[i].Bus} {flags} {master} 0 0 {shard + 1} connected{slots}";
        }
        yield return $"vars currentEpoch {MasterCount} lastVoteEpoch 0";
    }
}
