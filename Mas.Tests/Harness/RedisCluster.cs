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
    /// <summary>How many parts the slots are divided into; each has a master and a replica.</summary>
    public const int Shards = 3;

    private const int Slots = 16384;
    private const int Attempts = 10;

    /// <summary>A node that comes back asks its master, loads its file, and follows; on a busy machine that takes a while.</summary>
    private static readonly TimeSpan Settles = TimeSpan.FromSeconds(60);

    /// <summary>A replica that has not caught up with its master by then gives a CLUSTER FAILOVER up (Redis: five seconds), and has to be asked again.</summary>
    private static readonly TimeSpan TakeoverIsGivenUpAfter = TimeSpan.FromSeconds(6);

    private readonly IReadOnlyList<RedisProcess> _nodes;

    private RedisCluster(IReadOnlyList<RedisProcess> nodes) => _nodes = nodes;

    /// <summary>All nodes: at the start three masters, then the replica of each.</summary>
    public override IReadOnlyList<RedisProcess> Nodes => _nodes;

    /// <inheritdoc/>
    public override string Endpoint => string.Join(',', _nodes.Select(node => node.Endpoint));

    /// <inheritdoc/>
    public override bool IsCluster => true;

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

    /// <summary>The nodes of a shard, whichever is its master.</summary>
    public IReadOnlyList<RedisProcess> NodesOf(int shard) => [_nodes[shard], _nodes[shard + Shards]];

    /// <summary>The shard to which a key belongs, from 0.</summary>
    public int ShardOf(RedisKey key) => Enumerable.Range(0, Shards).First(shard => Connection.HashSlot(key) < FirstSlotOf(shard + 1));

    /// <summary>The node that holds a key's slot now, as the other nodes see it.</summary>
    public Task<RedisProcess> MasterOfAsync(RedisKey key) => MasterOfSlotAsync(Connection.HashSlot(key));

    /// <summary>The node that is a shard's master now, as the other nodes see it.</summary>
    /// <param name="shard">From 0.</param>
    /// <param name="silent">A node that is not asked, since it is paused.</param>
    public Task<RedisProcess> MasterOfShardAsync(int shard, RedisProcess? silent = null) => MasterOfSlotAsync(FirstSlotOf(shard), silent);

    /// <summary>Waits until a node that came back is its shard's replica and has all that its master has, as every other node sees it too.</summary>
    public Task FollowsAsync(RedisProcess node) => Eventually.PassesAsync(async () =>
    {
        // Asking a node that is not back yet fails too, and is repeated.
        var isReplica = await MasterOfShardAsync(_nodes.ToList().IndexOf(node) % Shards, node) != node;
        var info = await ServerOf(node).InfoRawAsync("replication");
        if (!isReplica || !info!.Contains("role:slave", StringComparison.Ordinal) || !info.Contains("master_link_status:up", StringComparison.Ordinal))
            throw new InvalidOperationException($"The node on port {node.Port} does not follow its shard's master: {info}");
    }, Settles);

    /// <summary>Has the shard's replica take over in agreement with its master (CLUSTER FAILOVER), which loses nothing, and waits until it has.</summary>
    public async Task FailOverAsync(int shard)
    {
        var master = await MasterOfShardAsync(shard);
        var replica = NodesOf(shard).Single(node => node != master);
        await Eventually.PassesAsync(async () =>
        {
            if (await MasterOfShardAsync(shard) == replica)
                return;
            await RedisCli.RunAsync(replica.Port, "CLUSTER", "FAILOVER");
            await Eventually.HoldsAsync(async () => await MasterOfShardAsync(shard) == replica, $"the replica on port {replica.Port} takes over", TakeoverIsGivenUpAfter);
        }, Settles);
        await FollowsAsync(master);
    }

    /// <summary>Ends a master's connections to its replicas: what it is told from now on they don't hear of.</summary>
    public static Task CutReplicasOffAsync(RedisProcess master) => RedisCli.RunAsync(master.Port, "CLIENT", "KILL", "TYPE", "replica");

    /// <summary>Ends all connections to a node of clients whose name holds a text.</summary>
    public async Task EndConnectionsAsync(RedisProcess node, string name)
    {
        var server = ServerOf(node);
        foreach (var client in (await server.ClientListAsync()).Where(client => client.Name?.Contains(name, StringComparison.Ordinal) == true))
            await server.ClientKillAsync(client.Id);
    }

    /// <summary>Makes the test's own connection look which nodes are masters now.</summary>
    public Task LookForMastersAsync() => Connection.ConfigureAsync();

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

    private static int FirstSlotOf(int shard) => shard * Slots / Shards;

    private async Task<RedisProcess> MasterOfSlotAsync(int slot, RedisProcess? silent = null)
    {
        RedisProcess? master = null;
        // Between a master's death and the takeover nobody holds its slots.
        await Eventually.HoldsAsync(
            async () =>
            {
                foreach (var node in _nodes.Where(node => node.IsRunning && node != silent))
                {
                    if ((await ServerOf(node).ClusterNodesAsync())?.GetBySlot(slot) is not { EndPoint: IPEndPoint endpoint })
                        continue;
                    master = _nodes.Single(other => other.Port == endpoint.Port);
                    return true;
                }
                return false;
            }, $"somebody holds slot {slot}", Settles);
        return master!;
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
            }, () => $"node {node.Endpoint} of the cluster is ready\n{node.Process.LogTail}");
        }
    }

    private IServer ServerOf(RedisProcess node) => Connection.GetServer(new IPEndPoint(IPAddress.Loopback, node.Port));

    /// <summary>Null when somebody else took one of the ports in the meantime.</summary>
    private static async Task<RedisCluster?> TryStartAsync(bool appendOnly, TimeSpan nodeTimeout)
    {
        var members = Enumerable.Range(0, 2 * Shards)
            .Select(_ => (Id: RandomNumberGenerator.GetHexString(40, lowercase: true), Port: FreePort.Next(), Bus: FreePort.Next())).ToArray();
        var starting = members.Select((member, i) => RedisProcess.TryStartAsync(
            member.Port,
            [
                "--cluster-enabled", "yes", "--cluster-port", $"{member.Bus}", "--cluster-node-timeout", $"{nodeTimeout.TotalMilliseconds:0}",
                "--repl-diskless-sync-delay", "0", .. RedisProcess.Durability(appendOnly),
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
            var shard = i % Shards;
            var isMaster = i < Shards;
            var flags = (i == self ? "myself," : "") + (isMaster ? "master" : "slave");
            var master = isMaster ? "-" : members[shard].Id;
            var slots = isMaster ? $" {FirstSlotOf(shard)}-{FirstSlotOf(shard + 1) - 1}" : "";
            yield return $"{members[i].Id} 127.0.0.1:{members[i].Port}@{members[i].Bus} {flags} {master} 0 0 {shard + 1} connected{slots}";
        }
        yield return $"vars currentEpoch {Shards} lastVoteEpoch 0";
    }
}
