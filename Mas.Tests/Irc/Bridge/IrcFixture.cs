using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>One ngircd and one MAS for many tests; each has channels and nicks of its own.</summary>
public sealed class IrcFixture : IAsyncLifetime
{
    private static int _last;
    private NgircdServer? _server;
    private IrcSystem? _system;

    /// <summary>The IRC server.</summary>
    public NgircdServer Server => _server!;

    /// <summary>The MAS.</summary>
    public IrcSystem System => _system!;

    /// <summary>A name that no other test has.</summary>
    public static string Name(string prefix) => $"{prefix}{Interlocked.Increment(ref _last)}";

    /// <summary>Somebody on IRC in a channel.</summary>
    public Task<IrcBystander> BystanderAsync(string channel, string nick = "bob") => IrcBystander.JoinedAsync(Server.Port, Name(nick), channel);

    /// <summary>A MAS user in a channel.</summary>
    public Task<MasClient> UserAsync(string channel, string name = "alice") => System.JoinedAsync(name, channel);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _server = await NgircdServer.StartAsync();
        _system = await IrcSystem.StartAsync(_server.Port);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }
}
