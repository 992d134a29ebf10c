using System.Collections.Concurrent;
using Mas.Tests.Client;

namespace Mas.Tests.Harness;

/// <summary>A whole MAS of a test's own: Redis, servers and workers as real processes, ready to be used.</summary>
public sealed class MasSystem : IAsyncDisposable
{
    private readonly ConcurrentBag<MasClient> _clients = [];
    private readonly List<MasProcess> _servers = [];
    private readonly List<MasProcess> _loopbacks = [];
    private readonly List<MasProcess> _ircBackends = [];
    private readonly List<Uri> _addresses = [];
    private readonly MasSystemOptions _options;
    private readonly TempFolder _mail = new("mail");

    private MasSystem(MasSystemOptions options, TestRedis redis)
    {
        _options = options;
        Redis = redis;
    }

    /// <summary>The system's own Redis.</summary>
    public TestRedis Redis { get; }

    /// <summary>The running Mas.Servers.</summary>
    public IReadOnlyList<MasProcess> Servers => _servers;

    /// <summary>The running Mas.Loopbacks; the first to start holds the lease, the others stand by.</summary>
    public IReadOnlyList<MasProcess> Loopbacks => _loopbacks;

    /// <summary>The running Mas.IrcBackends.</summary>
    public IReadOnlyList<MasProcess> IrcBackends => _ircBackends;

    /// <summary>Where each server listens, in the order of <see cref="Servers"/>.</summary>
    public IReadOnlyList<Uri> Addresses => _addresses;

    /// <summary>The address of the first server.</summary>
    public Uri Address => _addresses[0];

    /// <summary>The folder into which the servers write mail.</summary>
    public string MailFolder => _mail.Path;

    /// <summary>Starts everything and waits until each server's <c>/readyz</c> says 200.</summary>
    public static async Task<MasSystem> StartAsync(MasSystemOptions? options = null)
    {
        options ??= new MasSystemOptions();
        var system = new MasSystem(options, await (options.StartRedis ?? TestRedis.StartAsync)(options.AppendOnly));
        try
        {
            // The first of a kind to start holds the lease; different kinds don't wait for each other.
            await Task.WhenAll(
                EachAsync(options.Loopbacks, () => system.AddLoopbackAsync()),
                EachAsync(options.IrcBackends, () => system.AddIrcBackendAsync()),
                EachAsync(options.Servers, system.AddServerAsync));
            await system.IsReadyAsync();
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    private static async Task EachAsync(int count, Func<Task> start)
    {
        for (var i = 0; i < count; i++)
            await start();
    }

    /// <summary>Starts one more Mas.Server on a port of its own.</summary>
    public async Task<MasProcess> AddServerAsync()
    {
        var settings = Settings();
        settings.TryAdd("Server:Url", "http://127.0.0.1:0");
        var server = await MasProcess.StartedAsync("Mas.Server", settings, _options.HeapLimitBytes, _options.Checkout);
        _servers.Add(server);
        _addresses.Add(await server.ListeningAsync());
        return server;
    }

    /// <summary>Starts one more Mas.Loopback; it takes its share of the inboxes, or stands by when there is none for it.</summary>
    /// <param name="inboxes"><c>Loopback:Inboxes</c>; 0 leaves the number as it is.</param>
    public async Task<MasProcess> AddLoopbackAsync(int inboxes = 0)
    {
        var settings = Settings();
        if (inboxes > 0)
            settings["Loopback:Inboxes"] = $"{inboxes}";
        var worker = await MasProcess.StartedAsync("Mas.Loopback", settings, checkout: _options.Checkout);
        _loopbacks.Add(worker);
        return worker;
    }

    /// <summary>Starts one more Mas.IrcBackend.</summary>
    /// <param name="roles"><c>Irc:Roles</c>; empty for both.</param>
    /// <param name="redis">Where it finds Redis; null for where the others do.</param>
    /// <param name="inboxes"><c>Irc:Inboxes</c>; 0 leaves the number as it is.</param>
    public async Task<MasProcess> AddIrcBackendAsync(string roles = "", string? redis = null, int inboxes = 0)
    {
        var settings = Settings();
        settings["Irc:Roles"] = roles;
        if (redis is not null)
            settings["Redis:Endpoint"] = redis;
        if (inboxes > 0)
            settings["Irc:Inboxes"] = $"{inboxes}";
        var worker = await MasProcess.StartedAsync("Mas.IrcBackend", settings, checkout: _options.Checkout);
        _ircBackends.Add(worker);
        return worker;
    }

    /// <summary>Starts server number <paramref name="index"/> again after it was killed; it gets a new port.</summary>
    public async Task StartServerAgainAsync(int index)
    {
        await _servers[index].StartAgainAsync();
        _addresses[index] = await _servers[index].ListeningAsync();
    }

    /// <summary>Waits until every server says that Redis and the workers are there.</summary>
    public async Task IsReadyAsync()
    {
        foreach (var address in _addresses.ToArray())
        {
            using var http = new MasHttp(address);
            await Eventually.HoldsAsync(() => http.IsReadyAsync(), () => $"{address}readyz says 200\n{Logs}");
        }
    }

    /// <summary>Registers a user whose nick begins with <paramref name="name"/> and is new, and logs it in.</summary>
    public async Task<MasLogin> NewUserAsync(string name = "user", int server = 0)
    {
        var nick = $"{name}{Guid.NewGuid():N}"[..(name.Length + 10)];
        using var http = new MasHttp(_addresses[server]);
        return await http.RegisterAndLoginAsync(nick);
    }

    /// <summary>Opens a session of <paramref name="login"/> that this system closes and checks at its end.</summary>
    public async Task<MasClient> ConnectAsync(MasLogin login, MasClientOptions? options = null, int server = 0)
    {
        var client = await MasClient.ConnectAsync(_addresses[server], login, options);
        _clients.Add(client);
        return client;
    }

    /// <summary>A new user with one session.</summary>
    public async Task<MasClient> NewClientAsync(string name = "user", MasClientOptions? options = null, int server = 0) =>
        await ConnectAsync(await NewUserAsync(name, server), options, server);

    /// <summary>The ends of all processes' logs, for failure messages.</summary>
    public string Logs => string.Join('\n', Processes.Select(process => process.Process.LogTail));

    /// <summary>Writes the whole logs of MAS's processes into a folder, a file a process.</summary>
    public async Task SaveLogsAsync(string folder)
    {
        foreach (var (processes, name) in new[] { (_servers, "server"), (_loopbacks, "loopback"), (_ircBackends, "ircbackend") })
        {
            for (var i = 0; i < processes.Count; i++)
                await File.WriteAllLinesAsync(Path.Combine(folder, $"{name}{i}.log"), processes[i].Log);
        }
    }

    /// <summary>Ends all clients and processes.</summary>
    /// <exception cref="ProtocolViolationException">A client of this system met something that the protocol rules out.</exception>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
        foreach (var process in Processes)
            await process.DisposeAsync();
        await Redis.DisposeAsync();
        _mail.Dispose();
        if (_clients.Select(client => client.Violation).FirstOrDefault(violation => violation is not null) is { } first)
            throw new ProtocolViolationException(first);
    }

    private IEnumerable<MasProcess> Processes => [.. _servers, .. _loopbacks, .. _ircBackends];

    private Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>
        {
            ["Redis:Endpoint"] = _options.RedisEndpoint?.Invoke(Redis) ?? Redis.Endpoint,
            ["Accounts:PasswordRounds"] = "1000",
            ["Accounts:AttemptsPerMinute"] = "100000",
            ["Accounts:InitialGroups"] = "",
            ["Session:IdleTimeoutSeconds"] = $"{_options.IdleTimeoutSeconds}",
            ["Limits:RequestsPerSecond"] = "100000",
            ["Limits:RequestBurst"] = "100000",
            ["Mail:Folder"] = _mail.Path,
        };
        foreach (var (name, value) in _options.Settings)
            settings[name] = value;
        return settings;
    }
}
