using Mas.IrcBackend.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Irc.Connections;

/// <summary>A user's connection over its whole life.</summary>
public class ManagedConnectionTests
{
    /// <summary>A successor waits for its end, so that there are never two sockets for one user and network.</summary>
    [Fact]
    public void Ended_BeforeTheStart_IsNotComplete()
    {
        var network = new NetworkContext(
            new NetworkSettings { Name = "Net", Servers = [] },
            new ConnectRate(0, TimeProvider.System),
            new StsPolicies(null, TimeProvider.System, NullLogger<StsPolicies>.Instance),
            TimeProvider.System);
        var connection = new ManagedConnection(UserId.Mas(1), network, new IrcAccount("ann", "ann", "Ann", null), null!, null!, CancellationToken.None);

        connection.Stop();

        Assert.False(connection.Ended.IsCompleted);
    }
}
