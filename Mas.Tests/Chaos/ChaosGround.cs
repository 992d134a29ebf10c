using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.Chaos;

/// <summary>
/// What the faults happen to: two servers, two workers and Redis as real processes, with a proxy between clients and each
/// server, and one between each process and a single Redis. The nodes of a cluster send clients on to one another, past any
/// proxy, so there is none.
/// </summary>
internal sealed class ChaosGround : IAsyncDisposable
{
    /// <summary>Short, so that a replica takes over soon; long enough for a node of a busy machine to answer.</summary>
    private static readonly TimeSpan NodeTimeout = TimeSpan.FromSeconds(3);

    private readonly List<TcpProxy> _toServers = [];
    private readonly List<TcpProxy> _toRedis;

    private ChaosGround(MasSystem mas, List<TcpProxy> toRedis, Losses losses)
    {
        Mas = mas;
        _toRedis = toRedis;
        Losses = losses;
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

    /// <summary>What masters that were replaced may have taken along.</summary>
    public Losses Losses { get; }

    /// <summary>Between clients and each server.</summary>
    public IReadOnlyList<TcpProxy> ToServers => _toServers;

    /// <summary>Between each server and Redis; none on a cluster.</summary>
    public IReadOnlyList<TcpProxy> ServersToRedis => [.. _toRedis.Skip(Mas.Loopbacks.Count)];

    /// <summary>Between each worker and Redis; none on a cluster.</summary>
    public IReadOnlyList<TcpProxy> LoopbacksToRedis => [.. _toRedis.Take(Mas.Loopbacks.Count)];

    /// <summary>Starts everything and waits until it is ready.</summary>
    public static async Task<ChaosGround> StartAsync(ChaosOptions options)
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
        return new ChaosGround(mas, toRedis, new Losses(options.WaitReplicas > 0));
    }

    /// <summary>Where clients reach a server: by its proxy.</summary>
    public Uri AddressOf(int server) => new($"http://127.0.0.1:{_toServers[server].Port}");

    /// <summary>A user that did not exist before; only while there are no faults.</summary>
    /// <remarks>
    /// With <c>Redis:WaitReplicas</c> the first writes after a takeover may still be refused, as long as a server does not know that
    /// the master is another one. Who was refused nevertheless has the nick, so the next attempt takes another one.
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
