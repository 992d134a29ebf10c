using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>A whole MAS with an IRC network of a test's own, its two roles as processes of their own.</summary>
public sealed class IrcSystem : IAsyncDisposable
{
    /// <summary>The network's name in MAS.</summary>
    public const string Network = "TestNet";

    private IrcSystem(MasSystem mas, MasProcess manager, MasProcess parser)
    {
        Mas = mas;
        Manager = manager;
        Parser = parser;
    }

    /// <summary>The MAS.</summary>
    public MasSystem Mas { get; }

    /// <summary>The process that holds the connections.</summary>
    public MasProcess Manager { get; }

    /// <summary>The process that holds the protocol's logic.</summary>
    public MasProcess Parser { get; }

    /// <summary>Starts it.</summary>
    /// <param name="port">Where the network's server listens.</param>
    /// <param name="settings">Further settings, which win.</param>
    /// <param name="appendOnly">Whether Redis keeps its data over a kill.</param>
    /// <param name="parsersRedis">Where the parser finds a Redis; null for where the others do.</param>
    /// <param name="managersRedis">The same for the connection manager.</param>
    public static async Task<IrcSystem> StartAsync(
        int port, IReadOnlyDictionary<string, string>? settings = null, bool appendOnly = false, Func<TestRedis, string>? parsersRedis = null,
        Func<TestRedis, string>? managersRedis = null)
    {
        var all = new Dictionary<string, string>
        {
            [$"Irc:Networks:{Network}:Host"] = "127.0.0.1",
            [$"Irc:Networks:{Network}:Port"] = $"{port}",
            [$"Irc:Networks:{Network}:Tls"] = "off",
            [$"Irc:Networks:{Network}:ConnectsPerMinute"] = "0",
            [$"Irc:Networks:{Network}:SecondsPerLine"] = "0",
            [$"Irc:Networks:{Network}:ReconnectSeconds"] = "0.3",
            ["Worker:LeaseMilliseconds"] = "1000",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            all[name] = value;
        var mas = await MasSystem.StartAsync(new MasSystemOptions { Settings = all, AppendOnly = appendOnly });
        try
        {
            var manager = mas.AddIrcBackendAsync("connectionmanager", managersRedis?.Invoke(mas.Redis));
            var parser = mas.AddIrcBackendAsync("ircparser", parsersRedis?.Invoke(mas.Redis));
            var system = new IrcSystem(mas, await manager, await parser);
            await Eventually.HoldsAsync(
                async () => await mas.Redis.Database.KeyExistsAsync("lease:connectionmanager") && await mas.Redis.Database.KeyExistsAsync("lease:ircparser"),
                "both roles hold their leases");
            return system;
        }
        catch
        {
            await mas.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new user with one session, connected to the network.</summary>
    public async Task<MasClient> ConnectedAsync(string name)
    {
        var client = await Mas.NewClientAsync(name);
        await RequestAsync(client, "CONNECT", new { network = Network });
        await IsAsync(client, "connected");
        return client;
    }

    /// <summary>A new user with one session, in a channel.</summary>
    public async Task<MasClient> JoinedAsync(string name, string channel)
    {
        var client = await Mas.NewClientAsync(name);
        await JoinAsync(client, channel);
        return client;
    }

    /// <summary>Joins a channel and waits for its window and its names.</summary>
    public async Task JoinAsync(MasClient client, string channel, string password = "")
    {
        await RequestAsync(client, "JOIN", new { network = Network, name = channel, password });
        await client.WaitAsync(view => view.Group(channel, Network)?.Members.ContainsKey(client.UserId) == true, () => $"the window of {channel}\n{Mas.Logs}");
    }

    /// <summary>Sends a request that must succeed once the workers are seen.</summary>
    public static async Task RequestAsync(MasClient client, string type, object fields)
    {
        // A server learns of new workers every second.
        await Eventually.PassesAsync(() => client.OkAsync(type, fields));
    }

    /// <summary>Waits for a state of the user's connection.</summary>
    public Task IsAsync(MasClient client, string state) =>
        client.WaitAsync(view => view.Networks.GetValueOrDefault(Network)?.Value<string>("state") == state, () => $"state {state}\n{Mas.Logs}");

    /// <summary>The windowId of a channel.</summary>
    public static int Window(MasClient client, string channel) => client.Read(view => view.Group(channel, Network)!.WindowId);

    /// <summary>The user's nick on the network.</summary>
    public static string Nick(MasClient client) => client.Read(view => view.Networks[Network].Value<string>("nick")!);

    /// <summary>Waits for a message in a channel.</summary>
    public Task SeesAsync(MasClient client, string channel, string body, string cat = "msg") =>
        client.WaitAsync(view => Count(view, channel, body, cat) > 0, () => $"{cat} '{body}' in {channel}\n{Mas.Logs}");

    /// <summary>How often a message is in a channel's window.</summary>
    public static int Count(ChatView view, string channel, string body, string cat = "msg") =>
        view.Group(channel, Network)?.Messages.Values.Count(message => message.Cat == cat && message.Body == body) ?? 0;

    /// <summary>Waits for a message in the server window whose body holds a text.</summary>
    public Task ServerSaysAsync(MasClient client, string text, string? cat = null) => client.WaitAsync(
        view => view.OneOnOne(ChatView.ServerUserId, Network)?.Messages.Values.Any(message =>
            message.Body.Contains(text, StringComparison.Ordinal) && (cat is null || message.Cat == cat)) == true,
        () => $"'{text}' in the server window\n{Mas.Logs}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // A test that has stopped a role leaves what only that role would have handled.
            if (!Manager.Process.HasExited && !Parser.Process.HasExited)
                await Fsck.AssertCleanAsync(Mas.Redis);
        }
        finally
        {
            await Mas.DisposeAsync();
        }
    }
}
