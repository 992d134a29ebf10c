using System.Text;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Bridge;

/// <summary>No password is ever in Redis in the clear: while the worker stands still, what was asked of it can be looked at.</summary>
public sealed class SecretsTests
{
    private const string Network = IrcSystem.Network;
    private const string Secret = "hunter2-correct-horse";

    // The lease outlives the pause: the server goes on to pass requests on.
    private static Task<IrcSystem> StartAsync(int port, byte fill = 7) => IrcSystem.StartAsync(port, new Dictionary<string, string>
    {
        ["Irc:CredentialsKey"] = Convert.ToBase64String(Enumerable.Repeat(fill, 32).ToArray()),
        ["Worker:LeaseMilliseconds"] = "10000",
    });

    /// <summary>The inbox, or the list to which Redis moves an entry for a worker that waited for one when it was stopped.</summary>
    private static bool IsInbox(IEnumerable<string> keys) => keys.ToList() is [var key] && (key == "inbox:ircparser" || key.StartsWith("{inbox:ircparser}:claim:", StringComparison.Ordinal));

    [Fact]
    public async Task Connect_WithAPassword_PassesTheInboxEncryptedAndLogsIn()
    {
        await using var mock = IrcServerMock.Plain();
        await using var system = await StartAsync(mock.Port);
        var redis = system.Mas.Redis;
        var alice = await system.Mas.NewClientAsync("alice");
        await IrcSystem.RequestAsync(alice, "CHAT", new { network = Network, nick = "bob" });

        system.Parser.Process.Signal(ProcessSignal.Stop);
        var connected = alice.OkAsync("CONNECT", new { network = Network, account = new { mechanism = "plain", account = "acc", password = Secret }, password = Secret });
        // So the search finds what is there.
        await Eventually.HoldsAsync(async () => IsInbox(await redis.KeysHoldingAsync("\"CONNECT\"")), "the request waits");
        Assert.Empty(await redis.KeysHoldingAsync(Secret));
        system.Parser.Process.Signal(ProcessSignal.Continue);
        await connected;

        await using var peer = await mock.AcceptAsync();
        await peer.ExpectStartAsync("USER ");
        await peer.SendAsync(":s CAP * LS :sasl=PLAIN", ":s CAP * ACK :sasl");
        await peer.ExpectStartAsync("AUTHENTICATE PLAIN");
        await peer.SendAsync("AUTHENTICATE +");
        var response = await peer.ExpectStartAsync("AUTHENTICATE ");
        Assert.Equal($"acc\0acc\0{Secret}", Encoding.UTF8.GetString(Convert.FromBase64String(response["AUTHENTICATE ".Length..])));
        Assert.Empty(await redis.KeysHoldingAsync(Secret));
        Assert.DoesNotContain(Secret, system.Mas.Logs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DestroyAccount_WithNetworks_TellsThemWithoutThePassword()
    {
        await using var mock = IrcServerMock.Plain();
        await using var system = await StartAsync(mock.Port);
        var redis = system.Mas.Redis;
        var alice = await system.Mas.NewClientAsync("alice");
        await IrcSystem.RequestAsync(alice, "CHAT", new { network = Network, nick = "bob" });
        await alice.WaitAsync(view => view.Windows.Values.Any(window => window.Network == Network), "a window of the network");

        system.Parser.Process.Signal(ProcessSignal.Stop);
        await alice.OkAsync("DESTROY_ACCOUNT", new { password = alice.Login.Password });

        await Eventually.HoldsAsync(async () => IsInbox(await redis.KeysHoldingAsync("\"DESTROY_ACCOUNT\"")), "the request waits");
        Assert.Empty(await redis.KeysHoldingAsync(alice.Login.Password));
        system.Parser.Process.Signal(ProcessSignal.Continue);
        await Eventually.HoldsAsync(async () => !await redis.Database.KeyExistsAsync($"networks:{alice.UserId}:{Network}"), "nothing is kept of the place on the network");
    }

    [Fact]
    public async Task Connect_WithAPasswordOverAConnectionThatIsThere_MakesItAgain()
    {
        await using var mock = IrcServerMock.Plain();
        await using var system = await StartAsync(mock.Port);
        var alice = await system.Mas.NewClientAsync("alice");
        await IrcSystem.RequestAsync(alice, "CONNECT", new { network = Network });
        await using var first = await mock.AcceptAsync();
        await first.RegisterAsync(alice.Login.Nick);
        await system.IsAsync(alice, "connected");

        await alice.OkAsync("CONNECT", new { network = Network, account = new { mechanism = "PLAIN", account = "acc", password = Secret } });

        await first.ExpectStartAsync("QUIT ");
        await first.DisposeAsync();
        await using var second = await mock.AcceptAsync();
        await second.ExpectStartAsync("USER ");
        await second.SendAsync(":s CAP * LS :sasl=PLAIN", ":s CAP * ACK :sasl");
        await second.ExpectStartAsync("AUTHENTICATE PLAIN");
        Assert.Equal(0, mock.WaitingConnections);
    }

    [Fact]
    public async Task Connect_WithoutAKey_TakesNoCredentials()
    {
        await using var system = await IrcSystem.StartAsync(FreePort.Next());
        var alice = await system.Mas.NewClientAsync("alice");

        var ack = await alice.RequestAsync("CONNECT", new { network = Network, account = new { mechanism = "PLAIN", account = "acc", password = Secret } });

        Assert.Equal("ERROR", ack.Value<string>("status"));
        Assert.Contains("cannot store network credentials", ack.Value<string>("errorMsg"), StringComparison.Ordinal);
        Assert.Empty(await system.Mas.Redis.KeysHoldingAsync(Secret));
    }

    [Fact]
    public async Task Connect_WithAnAccountThatIsNoObject_IsRefused()
    {
        await using var system = await StartAsync(FreePort.Next());
        var alice = await system.Mas.NewClientAsync("alice");

        var ack = await alice.RequestAsync("CONNECT", new { network = Network, account = Secret });

        Assert.Equal("PARAMETER_INVALID", ack.Value<string>("status"));
        Assert.Empty(await system.Mas.Redis.KeysHoldingAsync(Secret));
    }
}
