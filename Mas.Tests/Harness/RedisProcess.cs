namespace Mas.Tests.Harness;

/// <summary>A redis-server process: on a port of the loopback interface, with its data in a temp folder.</summary>
public sealed class RedisProcess : IAsyncDisposable
{
    private const int PortAttempts = 10;

    private readonly TempFolder _folder = new("redis");
    private readonly IReadOnlyList<string> _settings;
    private readonly List<string> _earlierLines = [];
    private ChildProcess? _process;

    private RedisProcess(int port, IReadOnlyList<string> settings)
    {
        Port = port;
        _settings = settings;
    }

    /// <summary>The TCP port; the same over restarts.</summary>
    public int Port { get; }

    /// <summary>Host and port.</summary>
    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>Where its data is.</summary>
    public string Folder => _folder.Path;

    /// <summary>False between <see cref="StopAsync"/> or <see cref="KillAsync"/> and <see cref="StartAgainAsync"/>.</summary>
    public bool IsRunning => _process is not null;

    /// <summary>The running process.</summary>
    public ChildProcess Process => _process ?? throw new InvalidOperationException("redis-server is stopped");

    /// <summary>Its log over all restarts, oldest first.</summary>
    public IReadOnlyList<string> Log => [.. _earlierLines, .. _process?.Lines ?? []];

    /// <summary>The arguments that say what a crash may take.</summary>
    /// <param name="appendOnly">True: the lines of the project's <c>redis.conf</c>; false: a crash may take everything.</param>
    public static string[] Durability(bool appendOnly) => appendOnly
        ?
        [
            .. File.ReadLines(Path.Combine(BuildOutput.Root, "redis.conf"))
                .Where(line => line.Split(' ')[0] is "appendonly" or "appendfsync" or "no-appendfsync-on-rewrite" or "aof-use-rdb-preamble" or "maxmemory-policy")
                .SelectMany(line => $"--{line}".Split(' ')),
        ]
        : ["--appendonly", "no"];

    /// <summary>Starts an empty Redis on a free port.</summary>
    /// <param name="settings">Arguments of redis-server.</param>
    public static async Task<RedisProcess> StartAsync(IReadOnlyList<string> settings)
    {
        for (var attempt = 0; attempt < PortAttempts; attempt++)
        {
            if (await TryStartAsync(FreePort.Next(), settings) is { } redis)
                return redis;
        }
        throw new InvalidOperationException($"redis-server found no free port in {PortAttempts} attempts");
    }

    /// <summary>Starts Redis on a certain port.</summary>
    /// <param name="port">Its port.</param>
    /// <param name="settings">Arguments of redis-server.</param>
    /// <param name="prepare">Puts files into its folder before it starts.</param>
    /// <returns>Null when somebody else has the port.</returns>
    public static async Task<RedisProcess?> TryStartAsync(int port, IReadOnlyList<string> settings, Action<string>? prepare = null)
    {
        var redis = new RedisProcess(port, settings);
        try
        {
            prepare?.Invoke(redis.Folder);
            if (await redis.TryStartAsync())
                return redis;
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
        await redis.DisposeAsync();
        return null;
    }

    /// <summary>Stops Redis in order (SIGTERM).</summary>
    public async Task StopAsync()
    {
        await Process.StopAsync();
        await ForgetAsync();
    }

    /// <summary>Kills Redis (SIGKILL), as a crash or the kernel's memory killer does.</summary>
    public async Task KillAsync()
    {
        await Process.KillAsync();
        await ForgetAsync();
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
        await ForgetAsync();
        _folder.Dispose();
    }

    private async Task<bool> TryStartAsync()
    {
        _process = ChildProcess.Start("redis-server", "redis-server",
            ["--port", $"{Port}", "--dir", Folder, "--bind", "127.0.0.1", "--protected-mode", "no", "--save", "", .. _settings], Folder);
        try
        {
            await _process.WaitForLineAsync("Ready to accept connections");
            return true;
        }
        catch (InvalidOperationException) when (_process.Lines.Any(line => line.Contains("Address already in use")))
        {
            await ForgetAsync();
            return false;
        }
    }

    private async Task ForgetAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            _earlierLines.AddRange(_process.Lines);
        }
        _process = null;
    }
}
