using System.Net;
using StackExchange.Redis;

namespace Mas.Tests.Harness;

/// <summary>A real redis-server of a test's own: on a free port of the loopback interface, with its data in a temp folder.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const int PortAttempts = 10;

    private readonly TempFolder _folder = new("redis");
    private readonly IReadOnlyList<string> _settings;
    private ConnectionMultiplexer? _connection;
    private ChildProcess? _process;

    private RedisServer(IReadOnlyList<string> settings) => _settings = settings;

    /// <summary>The TCP port; the same over restarts.</summary>
    public int Port { get; private set; }

    /// <summary>What <c>Redis:Endpoint</c> takes.</summary>
    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>The running process.</summary>
    public ChildProcess Process => _process ?? throw new InvalidOperationException("redis-server is stopped");

    /// <summary>The test's own connection, with admin commands allowed.</summary>
    public ConnectionMultiplexer Connection => _connection ?? throw new InvalidOperationException("redis-server is stopped");

    /// <summary>Plain commands on database 0.</summary>
    public IDatabase Database => Connection.GetDatabase();

    /// <summary>Server commands: INFO, SCAN, CONFIG.</summary>
    public IServer Server => Connection.GetServer(new IPEndPoint(IPAddress.Loopback, Port));

    /// <summary>Starts an empty Redis.</summary>
    /// <param name="appendOnly">True: every write is in the append-only file before it is answered, so that a killed Redis comes back with it.</param>
    /// <param name="settings">More arguments of redis-server, such as <c>["--maxmemory", "10mb"]</c>.</param>
    public static async Task<RedisServer> StartAsync(bool appendOnly = false, IReadOnlyList<string>? settings = null)
    {
        var redis = new RedisServer([
            "--bind", "127.0.0.1", "--protected-mode", "no", "--save", "",
            "--appendonly", appendOnly ? "yes" : "no", .. settings ?? []]);
        try
        {
            await redis.StartOnFreePortAsync();
            return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>Every key name that matches a pattern, sorted; by SCAN.</summary>
    public IReadOnlyList<string> Keys(string pattern = "*") =>
        [.. Server.Keys(pattern: pattern, pageSize: 1000).Select(key => (string)key!).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Empties the database.</summary>
    public Task FlushAsync() => Server.FlushAllDatabasesAsync();

    /// <summary>One number of INFO, such as <c>total_commands_processed</c>.</summary>
    public async Task<long> InfoAsync(string field)
    {
        var sections = await Server.InfoAsync();
        var text = sections.SelectMany(section => section).Single(pair => pair.Key == field).Value;
        return long.Parse(text);
    }

    /// <summary>Stops Redis in order (SIGTERM).</summary>
    public async Task StopAsync()
    {
        await Process.StopAsync();
        await ForgetProcessAsync();
    }

    /// <summary>Kills Redis (SIGKILL), as a crash or the kernel's memory killer does.</summary>
    public async Task KillAsync()
    {
        await Process.KillAsync();
        await ForgetProcessAsync();
    }

    /// <summary>Starts Redis again after <see cref="StopAsync"/> or <see cref="KillAsync"/>: the same port, the same data folder.</summary>
    public async Task StartAgainAsync()
    {
        if (!await TryStartAsync())
            throw new InvalidOperationException($"redis-server did not come back on port {Port}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ForgetProcessAsync();
        _folder.Dispose();
    }

    private async Task StartOnFreePortAsync()
    {
        for (var attempt = 0; attempt < PortAttempts; attempt++)
        {
            Port = FreePort.Next();
            if (await TryStartAsync())
                return;
        }
        throw new InvalidOperationException($"redis-server found no free port in {PortAttempts} attempts");
    }

    /// <summary>False when somebody else took the port in the meantime.</summary>
    private async Task<bool> TryStartAsync()
    {
        _process = ChildProcess.Start(
            "redis-server", "redis-server", ["--port", $"{Port}", "--dir", _folder.Path, .. _settings], _folder.Path);
        try
        {
            await _process.WaitForLineAsync("Ready to accept connections");
        }
        catch (InvalidOperationException) when (_process.Lines.Any(line => line.Contains("Address already in use")))
        {
            await ForgetProcessAsync();
            return false;
        }
        _connection = await ConnectionMultiplexer.ConnectAsync($"{Endpoint},allowAdmin=true,abortConnect=true,syncTimeout=20000");
        return true;
    }

    private async Task ForgetProcessAsync()
    {
        if (_connection is not null)
            await _connection.CloseAsync(allowCommandsToComplete: false);
        _connection?.Dispose();
        _connection = null;
        if (_process is not null)
            await _process.DisposeAsync();
        _process = null;
    }
}
