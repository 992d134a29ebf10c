using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace Mas.Tests.Harness;

/// <summary>
/// What MAS's state is kept in during a test: one redis-server, or a cluster. <c>MAS_TEST_REDIS=cluster</c> in the environment makes
/// it a cluster for whoever does not ask for one of the two.
/// </summary>
public abstract class TestRedis : IAsyncDisposable
{
    private ConnectionMultiplexer? _connection;

    /// <summary>What <c>Redis:Endpoint</c> takes.</summary>
    public abstract string Endpoint { get; }

    /// <summary>Whether it is a cluster.</summary>
    public abstract bool IsCluster { get; }

    /// <summary>All redis-servers, also those that have been killed.</summary>
    public abstract IReadOnlyList<RedisProcess> Nodes { get; }

    /// <summary>The running processes, of all nodes.</summary>
    public IReadOnlyList<ChildProcess> Processes => [.. Nodes.Where(node => node.IsRunning).Select(node => node.Process)];

    /// <summary>The test's own connection, with admin commands allowed.</summary>
    public ConnectionMultiplexer Connection => _connection ?? throw new InvalidOperationException("Redis is stopped");

    /// <summary>Plain commands on database 0.</summary>
    public IDatabase Database => Connection.GetDatabase();

    /// <summary>Starts an empty one of the kind that this test run is about.</summary>
    /// <param name="appendOnly">True: every write is in the append-only file before it is answered, so that a killed Redis comes back with it.</param>
    public static async Task<TestRedis> StartAsync(bool appendOnly = false) => Environment.GetEnvironmentVariable("MAS_TEST_REDIS") switch
    {
        null or "" or "single" => await RedisServer.StartAsync(appendOnly),
        "cluster" => await RedisCluster.StartAsync(appendOnly),
        var other => throw new InvalidOperationException($"MAS_TEST_REDIS is '{other}', and should be single or cluster."),
    };

    /// <summary>Every key name that matches a pattern, sorted; by SCAN.</summary>
    public IReadOnlyList<string> Keys(string pattern = "*") =>
    [
        .. Masters.SelectMany(master => master.Keys(pattern: pattern, pageSize: 1000)).Select(key => (string)key!)
            .Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>The keys that hold a text, in their names or anywhere in their values.</summary>
    public async Task<List<string>> KeysHoldingAsync(string text)
    {
        // Serialised, a value of any type is searched alike, as long as nothing of it is compressed.
        foreach (var master in Masters)
            await master.ConfigSetAsync("rdbcompression", "no");
        var bytes = Encoding.UTF8.GetBytes(text);
        var found = new List<string>();
        foreach (var key in Keys())
        {
            var value = await Database.KeyDumpAsync(key);
            if (key.Contains(text, StringComparison.Ordinal) || value.AsSpan().IndexOf(bytes) >= 0)
                found.Add(key);
        }
        return found;
    }

    /// <summary>How often each command has been called, also by scripts, summed over the nodes that take writes.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CallsAsync()
    {
        var infos = await Task.WhenAll(Masters.Select(master => master.InfoAsync("commandstats")));
        return infos.SelectMany(info => info).SelectMany(section => section)
            .Select(pair => (Command: pair.Key["cmdstat_".Length..], Calls: pair.Value["calls=".Length..pair.Value.IndexOf(',')]))
            .GroupBy(stat => stat.Command, stat => long.Parse(stat.Calls, CultureInfo.InvariantCulture))
            .ToDictionary(stats => stats.Key, stats => stats.Sum());
    }

    /// <summary>One number of INFO, such as <c>total_commands_processed</c>, summed over the nodes that take writes.</summary>
    public async Task<long> InfoAsync(string field)
    {
        var infos = await Task.WhenAll(Masters.Select(master => master.InfoAsync()));
        return infos.Sum(sections => long.Parse(sections.SelectMany(section => section).Single(pair => pair.Key == field).Value));
    }

    /// <summary>The connections for commands that have a name (CLIENT SETNAME), as node and id.</summary>
    public IReadOnlySet<string> Clients(string name) => Masters
        .SelectMany(master => master.ClientList().Where(client => client.Name == name && client.SubscriptionCount == 0).Select(client => $"{master.EndPoint} {client.Id}")).ToHashSet();

    /// <summary>Kills it (SIGKILL), all nodes of it.</summary>
    public abstract Task KillAsync();

    /// <summary>Starts it again after <see cref="KillAsync"/>, with the same ports and the same data folders, and waits until it answers.</summary>
    public abstract Task StartAgainAsync();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Server commands of each node that takes writes: INFO, SCAN, CONFIG.</summary>
    protected IEnumerable<IServer> Masters => Connection.GetEndPoints().Select(endpoint => Connection.GetServer(endpoint))
        .Where(server => server is { IsConnected: true, IsReplica: false });

    /// <summary>Opens the test's own connection.</summary>
    protected async Task ConnectAsync() =>
        _connection = await ConnectionMultiplexer.ConnectAsync($"{Endpoint},allowAdmin=true,abortConnect=true,connectTimeout=20000,syncTimeout=20000");

    /// <summary>Closes the test's own connection, when there is one.</summary>
    protected async Task DisconnectAsync()
    {
        if (_connection is not null)
            await _connection.CloseAsync(allowCommandsToComplete: false);
        _connection?.Dispose();
        _connection = null;
    }
}
