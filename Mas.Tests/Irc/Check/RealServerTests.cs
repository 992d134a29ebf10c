using System.Security.Cryptography;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Check;

/// <summary>The connection of production against real servers, through the operators' check.</summary>
public class RealServerTests
{
    private static object Net(int port, string tls = "off", string[]? pins = null) =>
        new { Host = "127.0.0.1", Port = port, Tls = tls, PinnedSha256 = pins ?? [], ReconnectSeconds = 0.3, ConnectsPerMinute = 0 };

    private static object Account(string mechanism, string account, string password) =>
        new { Nick = "bob", User = "bob", RealName = "Bob", Sasl = new { Mechanism = mechanism, Account = account, Password = password } };

    [Fact]
    public async Task Ngircd_Registration_Succeeds()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var check = CheckProcess.Start(Net(server.Port));
        Assert.Equal(0, await check.ExitCodeAsync());
        Assert.Contains("registered as bob", check.Transcript, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ngircd_NickInUse_TakesAnotherAndRegainsItWhenItIsFree()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var first = CheckProcess.Start(Net(server.Port), hold: true);
        await first.SaysAsync("registered as bob");
        await using var second = CheckProcess.Start(Net(server.Port), hold: true);
        await second.SaysAsync("registered as bob_");
        first.Terminate();
        Assert.Equal(0, await first.ExitCodeAsync());
        await second.SaysAsync("our nick is bob\n", TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Ngircd_Restart_ComesBack()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var check = CheckProcess.Start(Net(server.Port), hold: true);
        await check.SaysAsync("registered as bob");
        await server.KillAsync();
        await check.SaysAsync("next attempt in");
        await server.StartAgainAsync();
        await Eventually.HoldsAsync(() => check.Transcript.Split("registered as bob").Length == 3, "registered again");
        check.Terminate();
        Assert.Equal(0, await check.ExitCodeAsync());
    }

    [Fact]
    public async Task Ngircd_Banned_ExitsWith6()
    {
        await using var server = await NgircdServer.StartAsync();
        await using (var oper = await IrcBystander.ConnectAsync(server.Port, "oper1"))
        {
            await oper.SendAsync("OPER oper oper");
            await oper.HeardAsync(line => line.Contains(" 381 ", StringComparison.Ordinal), "that it is an operator");
            await oper.SendAsync("KLINE *!*bob@* 3600 :spam");
            await oper.SettleAsync();
            await using var check = CheckProcess.Start(Net(server.Port));
            Assert.Equal(6, await check.ExitCodeAsync());
        }
    }

    [Fact]
    public async Task Inspircd_TlsWithPinAndCapabilities_Succeeds()
    {
        await using var server = await InspircdServer.StartAsync();
        await using var check = CheckProcess.Start(Net(server.TlsPort, "required", [server.Fingerprint]));
        Assert.Equal(0, await check.ExitCodeAsync());
        foreach (var capability in new[] { "message-tags", "server-time", "batch", "labeled-response", "echo-message", "cap-notify", "multi-prefix" })
            Assert.Contains(capability, check.Transcript.Split('\n').Single(line => line.Contains("capabilities:", StringComparison.Ordinal)), StringComparison.Ordinal);

        await using var unpinned = CheckProcess.Start(Net(server.TlsPort, "required"));
        Assert.Equal(4, await unpinned.ExitCodeAsync());
    }

    [Fact]
    public async Task Atheme_Sasl_SucceedsAndFails()
    {
        await using var server = await InspircdServer.StartAsync(withServices: true);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using (var owner = await IrcBystander.ConnectAsync(server.Port, "acc"))
        {
            // Until the services are linked nobody has that nick; then one of these is heard.
            await Eventually.HoldsAsync(
                async () =>
                {
                    await owner.SendAsync("PRIVMSG NickServ :REGISTER right-password acc@test.example");
                    await owner.SettleAsync();
                    return owner.Lines.Any(line => line.Contains("registered to", StringComparison.Ordinal) || line.Contains("already registered", StringComparison.Ordinal));
                },
                "NickServ registers the account");
            await owner.SendAsync($"PRIVMSG NickServ :SET PUBKEY {PublicPoint(key)}");
            await owner.HeardAsync(line => line.Contains("ublic key", StringComparison.Ordinal), "that the key was set");
        }

        await using var right = CheckProcess.Start(Net(server.Port), Account("PLAIN", "acc", "right-password"));
        Assert.True(await right.ExitCodeAsync() == 0, right.Transcript);
        Assert.Contains("login succeeded", right.Transcript, StringComparison.Ordinal);
        await using var wrong = CheckProcess.Start(Net(server.Port), Account("PLAIN", "acc", "wrong-password"));
        Assert.True(await wrong.ExitCodeAsync() == 5, wrong.Transcript);
        await using var withKey = CheckProcess.Start(
            Net(server.Port), new { Nick = "bob", Sasl = new { Mechanism = "ECDSA-NIST256P-CHALLENGE", Account = "acc", Key = key.ExportECPrivateKeyPem() } });
        Assert.True(await withKey.ExitCodeAsync() == 0, withKey.Transcript);
    }

    // The compressed form: 2 or 3 says which of the two points with this x it is.
    private static string PublicPoint(ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return Convert.ToBase64String([(byte)(2 + (point.Y![^1] & 1)), .. point.X!]);
    }
}
