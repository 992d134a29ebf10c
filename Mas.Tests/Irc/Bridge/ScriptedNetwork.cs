using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>A MAS whose IRC network is a script.</summary>
public sealed class ScriptedNetwork : IAsyncLifetime
{
    private readonly List<IrcPeer> _peers = [];
    private readonly List<string> _nicks = [];
    private IrcServerMock? _mock;
    private IrcSystem? _system;

    /// <summary>The network's server.</summary>
    public IrcServerMock Mock => _mock!;

    /// <summary>The MAS.</summary>
    public IrcSystem System => _system!;

    /// <summary>Settings of the MAS, beside those of every IRC test.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    /// <summary>Where the parser finds Redis; null for where the others do.</summary>
    public Func<TestRedis, string>? ParsersRedis { get; init; }

    /// <summary>The nick with which each connection so far has come, in order.</summary>
    public IReadOnlyList<string> Nicks => _nicks;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _mock = IrcServerMock.Plain();
        _system = await IrcSystem.StartAsync(_mock.Port, Settings, parsersRedis: ParsersRedis);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        foreach (var peer in _peers)
            await peer.DisposeAsync();
        if (_mock is not null)
            await _mock.DisposeAsync();
    }

    /// <summary>A new user, connected.</summary>
    public async Task<ScriptedUser> ConnectedAsync(string name, string support = "NICKLEN=30", string capabilities = "")
    {
        var client = await System.Mas.NewClientAsync(name);
        await IrcSystem.RequestAsync(client, "CONNECT", new { network = IrcSystem.Network });
        var user = new ScriptedUser(this, client, await AcceptAsync(client.Login.Nick));
        await user.RegisterAsync(support, capabilities);
        return user;
    }

    /// <summary>The next connection of this nick, up to its NICK; users of other tests who come again are left waiting.</summary>
    public async Task<IrcPeer> AcceptAsync(string nick)
    {
        while (true)
        {
            var peer = await Mock.AcceptAsync();
            // Held until the end: a connection that nobody holds is closed at some time or other.
            _peers.Add(peer);
            _nicks.Add((await peer.ExpectStartAsync("NICK "))["NICK ".Length..]);
            if (_nicks[^1] == nick)
                return peer;
        }
    }

    /// <summary>A new user in a channel.</summary>
    public async Task<ScriptedUser> JoinedAsync(string name, string channel, string support = "NICKLEN=30", string capabilities = "", string others = "bob")
    {
        var user = await ConnectedAsync(name, support, capabilities);
        await user.JoinAsync(channel, others);
        return user;
    }
}

/// <summary>A user of MAS, and the server's end of the user's connection.</summary>
public sealed class ScriptedUser(ScriptedNetwork network, MasClient client, IrcPeer peer)
{
    /// <summary>The user's session.</summary>
    public MasClient Client { get; } = client;

    /// <summary>The server's end.</summary>
    public IrcPeer Peer { get; private set; } = peer;

    /// <summary>The user's nick on the network.</summary>
    public string Nick => Client.Login.Nick;

    /// <summary>Takes the user's next connection.</summary>
    public async Task ReconnectedAsync(string support = "NICKLEN=30", string capabilities = "")
    {
        Peer = await network.AcceptAsync(Nick);
        await RegisterAsync(support, capabilities);
    }

    /// <summary>Lets the user in.</summary>
    public async Task RegisterAsync(string support, string capabilities)
    {
        await Peer.ExpectStartAsync("USER ");
        await Peer.SendAsync($":mock.server CAP * LS :{capabilities}");
        if (capabilities.Length > 0)
        {
            await Peer.ExpectStartAsync("CAP REQ ");
            await Peer.SendAsync($":mock.server CAP * ACK :{capabilities}");
        }
        await Peer.ExpectStartAsync("CAP END");
        await Peer.SendAsync($":mock.server 001 {Nick} :Welcome", $":mock.server 005 {Nick} {support} :are supported by this server", $":mock.server 422 {Nick} :No MOTD");
        await network.System.IsAsync(Client, "connected");
    }

    /// <summary>Asks for a channel and lets the user in.</summary>
    public async Task JoinAsync(string channel, string others = "bob", string? spelt = null)
    {
        await IrcSystem.RequestAsync(Client, "JOIN", new { network = IrcSystem.Network, name = channel });
        await Peer.ExpectStartAsync($"JOIN {channel}");
        await EnterAsync(spelt ?? channel, others);
        await Client.WaitAsync(view => view.Group(spelt ?? channel, IrcSystem.Network)?.Members.ContainsKey(Client.UserId) == true, () => $"the window\n{network.System.Mas.Logs}");
    }

    /// <summary>Says that the user is in.</summary>
    public Task EnterAsync(string channel, string others = "bob") => Peer.SendAsync(
        $":{Nick}!u@host.example JOIN :{channel}",
        $":mock.server 353 {Nick} = {channel} :{Nick} {others}",
        $":mock.server 366 {Nick} {channel} :End of /NAMES list.");

    /// <summary>The server's end says lines, and they have been handled when this returns.</summary>
    public async Task HearAsync(params string[] lines)
    {
        var token = IrcFixture.Name("settled");
        await Peer.SendAsync([.. lines, $":mock.server NOTICE {Nick} :{token}"]);
        await network.System.ServerSaysAsync(Client, token);
    }

    /// <summary>How often a message is in a channel's window.</summary>
    public int Count(string channel, string body, string cat = "msg") => Client.Read(view => IrcSystem.Count(view, channel, body, cat));

    /// <summary>The names of a channel's members with their roles.</summary>
    public SortedDictionary<string, string> Members(string channel) => Client.Read(view => new SortedDictionary<string, string>(
        view.Group(channel, IrcSystem.Network)!.Members.ToDictionary(member => view.Users[member.Key]["nick"]!.ToObject<Dictionary<string, string>>()![IrcSystem.Network], member => member.Value),
        StringComparer.Ordinal));
}
