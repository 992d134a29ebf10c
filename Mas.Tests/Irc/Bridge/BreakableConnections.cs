using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>A MAS on an IRC network that lets everybody in, whose connection manager can be killed at a write that the test chooses.</summary>
public sealed class BreakableConnections : IAsyncLifetime
{
    private RoleBreaker? _manager;
    private IrcSystem? _system;

    /// <summary>The network's server.</summary>
    public OpenIrcServer Server { get; } = new();

    /// <summary>The MAS.</summary>
    public IrcSystem System => _system!;

    /// <summary>Kills the connection manager.</summary>
    public RoleBreaker Manager => _manager!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _system = await IrcSystem.StartAsync(
        Server.Port, managersRedis: redis => (_manager = RoleBreaker.To(redis, "connectionmanager", () => System.Manager)).Endpoint);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
            await _system.DisposeAsync();
        if (_manager is not null)
            await _manager.DisposeAsync();
        await Server.DisposeAsync();
    }
}
