using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.Chaos;

/// <summary>
/// The system under test: two servers, two workers and Redis as real processes, with a proxy between clients and each server, and one
/// between each process and a single Redis. A cluster redirects its clients from node to node, past any proxy, so there it has none.
/// </summary>
internal sealed class ChaosSystem : IAsyncDisposable
{
    /// <summary>Short, so that a replica takes over soon; long enough for a node of a busy machine to answer.</summary>
    private static readonly TimeSpan NodeTimeout = TimeSpan.FromSeconds(3);

    private readonly List<TcpProxy> _toServers = [];
    private readonly List<TcpProxy> _toRedis;

    private ChaosSystem(MasSystem mas, List<TcpProxy> toRedis, PossibleLosses losses)
    {
        Mas = mas;
        _toRedis = toRedis;
        PossibleLosses = losses;
        for (var i = 0; i < mas.Servers.Count; i++)
        {
            var server = i;
            _toServers.Add(TcpProxy.To(() => mas.Addresses[server].Port));
        }
    }

    /// <summary>The processes.</summary>
    public MasSystem Mas { get; }

    /// <summary>The Redis of all of them.</summary>
    public TestRedis Redis => Mas.Redis;

    /// <summary>When writes may have been lost with a replaced master.</summary>
    public PossibleLosses PossibleLosses { get; }

    /// <summary>Between clients and each server.</summary>
    public IReadOnlyList<TcpProxy> ToServers => _toServers;

    /// <summary>Between each server and Redis; none on a cluster.</summary>
    public IReadOnlyList<TcpProxy> ServersToRedis => [.. _toRedis.Skip(Mas.Loopbacks.Count)];

    /// <summary>Between each worker and Redis; none on a cluster.</summary>
    public IReadOnlyList<TcpProxy> LoopbacksToRedis => [.. _toRedis.Take(Mas.Loopbacks.Count)];

    /// <summary>Starts everything and waits until it is ready.</summary>
    public static async Task<ChaosSystem> StartAsync(ChaosOptions options)
    {
        var toRedis = new List<TcpProxy>();
        var mas = await MasSystem.StartAsync(new MasSystemOptions
        {
            Servers = 2,
            Loopbacks = 2,
            IdleTimeoutSeconds = 5,
            AppendOnly = true,
            StartRedis = async durable => options.OnCluster ? await RedisCluster.StartAsync(durable, NodeTimeout) : await RedisServer.StartAsync(durable),
            RedisEndpoint = redis =>
            {
                if (redis is not RedisServer server)
                    return redis.Endpoint;
                toRedis.Add(TcpProxy.To(() => server.Port));
                return toRedis[^1].Endpoint;
            },
            Settings = new Dictionary<string, string>
            {
                ["Redis:WaitReplicas"] = $"{options.WaitReplicas}",
                // Short, so that many faults outlast them.
                ["Redis:TimeoutMilliseconds"] = "2000",
                ["Worker:LeaseMilliseconds"] = "2000",
                ["Session:SweepSeconds"] = "1",
                ["Session:PingSeconds"] = "3",
                // A group that is joined brings as much as a session brings at its start, so that views can be compared.
                ["History:Backlog"] = "1000",
            },
        });
        return new ChaosSystem(mas, toRedis, new PossibleLosses(options.WaitReplicas > 0));
    }

    /// <summary>Where clients reach a server: by its proxy.</summary>
    public Uri AddressOf(int server) => new($"http://127.0.0.1:{_toServers[server].Port}");

    /// <summary>Creates a user; only while there are no faults.</summary>
    /// <remarks>
    /// With <c>Redis:WaitReplicas</c> the first writes after a takeover may still be refused, until the server knows the new master. The refused
    /// attempt has reserved the nick all the same, so the next one uses another nick.
    /// </remarks>
    public async Task<MasLogin> NewUserAsync(string nick)
    {
        using var http = new MasHttp(Mas.Address);
        var tried = nick;
        MasLogin? login = null;
        await Eventually.PassesAsync(async () => login = await http.RegisterAndLoginAsync(tried += "x"));
        return login!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Mas.DisposeAsync();
        foreach (var proxy in _toServers.Concat(_toRedis))
            await proxy.DisposeAsync();
    }
}
