namespace Mas.Tests.Irc.Bridge;

/// <summary>A MAS whose IRC network is a script, and whose parser can be killed at a write that the test chooses.</summary>
public sealed class BreakableNetwork : IAsyncLifetime
{
    private RoleBreaker? _parser;
    private ScriptedNetwork? _irc;

    /// <summary>The network and its MAS.</summary>
    public ScriptedNetwork Irc => _irc!;

    /// <summary>Kills the parser.</summary>
    public RoleBreaker Parser => _parser!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _irc = new ScriptedNetwork { ParsersRedis = redis => (_parser = RoleBreaker.To(redis, "ircparser", () => Irc.System.Parser)).Endpoint };
        await _irc.InitializeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Irc.DisposeAsync();
        if (_parser is not null)
            await _parser.DisposeAsync();
    }
}
