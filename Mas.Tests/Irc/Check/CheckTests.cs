using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Irc.Check;

/// <summary>What operators see, and the connection of production through it, against a scripted server.</summary>
public class CheckTests
{
    private static object Net(IrcServerMock server, string tls = "off", string[]? pins = null, string host = "127.0.0.1", object? reconnect = null) =>
        new { Host = host, server.Port, Tls = tls, PinnedSha256 = pins ?? [], ReconnectSeconds = reconnect ?? 0.2, ConnectsPerMinute = 0 };

    private static object Account(string mechanism = "PLAIN", string password = "hunter2hunter2", string? key = null) =>
        new { Nick = "bob", User = "bob", RealName = "Bob", Sasl = new { Mechanism = mechanism, Account = "acc", Password = password, Key = key } };

    [Fact]
    public async Task Registered_ExitsWith0AndQuits()
    {
        await using var server = IrcServerMock.Plain();
        await using var check = CheckProcess.Start(Net(server));
        await using var peer = await server.AcceptAsync();
        await peer.ExpectAsync("CAP LS 302", "NICK bob", "USER bob 0 * :Bob");
        // LF alone, and a line in pieces that cut a character.
        var welcome = Encoding.UTF8.GetBytes(":s CAP * LS :\n:s 001 Bob_x :Grüße\n");
        var at = Array.IndexOf(welcome, (byte)0xC3) + 1;
        await peer.SendBytesAsync(welcome[..at]);
        await peer.SendBytesAsync(welcome[at..]);
        await peer.SendAsync("PING :before the end", ":s 422 Bob_x :No MOTD");
        await peer.ExpectAsync("CAP END", "PONG :before the end", "QUIT :check done");
        await peer.DisposeAsync();
        Assert.Equal(0, await check.ExitCodeAsync());
        Assert.Contains("<< :s 001 Bob_x :Grüße", check.Transcript, StringComparison.Ordinal);
        Assert.Contains("registered as Bob_x", check.Transcript, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_EachLineIsAnObjectWithTypeAndText()
    {
        await using var server = IrcServerMock.Plain();
        await using var check = CheckProcess.Start(Net(server), json: true);
        await using var peer = await (await server.AcceptAsync()).RegisterAsync();

        Assert.Equal(0, await check.ExitCodeAsync());
        var lines = check.Transcript.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JObject.Parse(line)).ToList();
        Assert.Contains(lines, line => (string?)line["type"] == "sent" && (string?)line["text"] == "NICK bob");
        Assert.Contains(lines, line => (string?)line["type"] == "received");
        Assert.Contains(lines, line => (string?)line["type"] == "note");
        Assert.Equal("""{"type":"result","text":"Registered"}""", lines[^1].ToString(Newtonsoft.Json.Formatting.None));
    }

    [Fact]
    public async Task Latin9Line_IsDecodedAndEndsNothing()
    {
        await using var server = IrcServerMock.Plain();
        await using var check = CheckProcess.Start(Net(server), hold: true);
        await using var peer = await (await server.AcceptAsync()).RegisterAsync();
        await peer.SendBytesAsync([.. ":a!b@c PRIVMSG bob :caf"u8, 0xE9, .. " 5 "u8, 0xA4, (byte)'\n']);
        await check.SaysAsync("PRIVMSG bob :café 5 €");
    }

    [Fact]
    public async Task Check_AllServersUnreachable_ExitsWith3()
    {
        var free = IrcServerMock.Plain();
        await free.DisposeAsync();
        await using var check = CheckProcess.Start(new { Host = "127.0.0.1", free.Port, Tls = "off", Servers = new[] { $"localhost:{free.Port}" }, ConnectsPerMinute = 0 });
        Assert.Equal(3, await check.ExitCodeAsync());
        Assert.Contains("connection 2:", check.Transcript, StringComparison.Ordinal);
        Assert.DoesNotContain("connection 3:", check.Transcript, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralServers_AreTriedInTurn()
    {
        var dead = IrcServerMock.Plain();
        await dead.DisposeAsync();
        await using var server = IrcServerMock.Plain();
        await using var check = CheckProcess.Start(new { Host = "127.0.0.1", dead.Port, Tls = "off", Servers = new[] { $"127.0.0.1:{server.Port}" }, ConnectsPerMinute = 0 });
        await using var peer = await (await server.AcceptAsync()).RegisterAsync();
        Assert.Equal(0, await check.ExitCodeAsync());
    }

    [Theory]
    [InlineData("465", ":s 465 bob :You are banned from this server", 6)]
    [InlineData("ERROR", "ERROR :Closing Link: 127.0.0.1 (K-lined: spam)", 6)]
    [InlineData("464", ":s 464 bob :Password incorrect", 8)]
    [InlineData("FAIL", ":s FAIL * ACCOUNT_REQUIRED :You need an account", 8)]
    [InlineData("throttle", "ERROR :Closing Link: (throttled)", 9)]
    public async Task Check_Refused_HasTheExitCodeOfTheReason(string what, string line, int code)
    {
        await using var server = IrcServerMock.Plain();
        await using var check = CheckProcess.Start(Net(server));
        await using var peer = await server.AcceptAsync();
        await peer.ExpectStartAsync("USER ");
        await peer.SendAsync(line);
        Assert.True(code == await check.ExitCodeAsync(), what);
    }

    [Fact]
    public async Task Banned_WithHold_StaysAwayAndStaysUntilSigterm()
    {
        await using var server = IrcServerMock.Plain();
        await using var check = CheckProcess.Start(Net(server), hold: true);
        await using (var peer = await server.AcceptAsync())
        {
            await peer.ExpectStartAsync("USER ");
            await peer.SendAsync(":s 465 bob :You are banned");
        }

        await check.SaysAsync("no further attempt");
        Assert.True(check.IsRunning);
        Assert.Equal(0, server.WaitingConnections);
        check.Terminate();
        Assert.Equal(6, await check.ExitCodeAsync());
    }

    [Fact]
    public async Task Hold_ConnectionLost_ComesBackUntilSigterm()
    {
        await using var server = IrcServerMock.Plain();
        await using var check = CheckProcess.Start(Net(server, reconnect: new[] { 0.1, 0.2 }), hold: true);
        for (var i = 0; i < 3; i++)
        {
            await using var peer = await (await server.AcceptAsync()).RegisterAsync();
        }

        await using var last = await (await server.AcceptAsync()).RegisterAsync();
        await check.SaysAsync("connection 4:");
        await last.SendAsync("PING :still there");
        await last.ExpectAsync("PONG :still there");
        check.Terminate();
        await last.ExpectStartAsync("QUIT ");
        await last.DisposeAsync();
        Assert.Equal(0, await check.ExitCodeAsync());
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    public async Task SaslFailed_ExitsWith5AndShowsNoSecret(string mechanism)
    {
        await using var server = IrcServerMock.Plain();
        await using var check = CheckProcess.Start(Net(server), Account(mechanism));
        await using var peer = await server.AcceptAsync();
        await peer.ExpectStartAsync("USER ");
        await peer.SendAsync(":s CAP * LS :sasl");
        await peer.ExpectAsync("CAP REQ :sasl");
        await peer.SendAsync(":s CAP * ACK :sasl");
        await peer.ExpectAsync($"AUTHENTICATE {mechanism}");
        await peer.SendAsync("AUTHENTICATE +");
        var response = await peer.ExpectStartAsync("AUTHENTICATE ");
        await peer.SendAsync(":s 904 * :SASL authentication failed for hunter2hunter2");
        await peer.ExpectAsync("CAP END", "QUIT :check done");
        await peer.DisposeAsync();
        Assert.Equal(5, await check.ExitCodeAsync());
        Assert.DoesNotContain(response["AUTHENTICATE ".Length..], check.Transcript, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", check.Transcript, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hunter2hunter2", 0)]
    [InlineData("another one", 5)]
    public async Task Scram_Login_IsVerifiedByBothSides(string password, int code)
    {
        var scram = new ScramServer(password);
        await using var server = IrcServerMock.Plain();
        await using var check = CheckProcess.Start(Net(server), Account("SCRAM-SHA-256"));
        await using var peer = await server.AcceptAsync();
        await peer.ExpectStartAsync("USER ");
        await peer.SendAsync(":s CAP * LS :sasl=SCRAM-SHA-256", ":s CAP * ACK :sasl");
        await peer.ExpectStartAsync("AUTHENTICATE SCRAM-SHA-256");
        await peer.SendAsync("AUTHENTICATE +");
        await peer.SendAsync($"AUTHENTICATE {Encode(scram.First(Decode(await peer.ReadLineAsync())))}");
        if (scram.Final(Decode(await peer.ReadLineAsync())) is { } proof)
        {
            await peer.SendAsync($"AUTHENTICATE {Encode(proof)}");
            await peer.ExpectAsync("AUTHENTICATE +");
            await peer.SendAsync(":s 900 * bob!u@h acc :You are now logged in", ":s 903 * :SASL authentication successful", ":s 001 bob :hi", ":s 422 bob :No MOTD");
        }
        else
        {
            await peer.SendAsync(":s 904 * :SASL authentication failed");
        }

        Assert.Equal(code, await check.ExitCodeAsync());
        Assert.Equal("acc", scram.Account);
    }

    private static string Decode(string? line) => Encoding.UTF8.GetString(Convert.FromBase64String(line!["AUTHENTICATE ".Length..]));

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    [Fact]
    public async Task External_PresentsTheCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=bob", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var server = IrcServerMock.Tls();
        await using var check = CheckProcess.Start(
            Net(server, "required", [server.Fingerprint]), Account("EXTERNAL", key: certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem()));
        await using var peer = await server.AcceptAsync();
        Assert.Equal(certificate.RawData, peer.ClientCertificate);
        await peer.ExpectStartAsync("USER ");
        await peer.SendAsync(":s CAP * LS :sasl=EXTERNAL", ":s CAP * ACK :sasl");
        await peer.ExpectStartAsync("AUTHENTICATE EXTERNAL");
        await peer.SendAsync("AUTHENTICATE +");
        await peer.ExpectAsync("AUTHENTICATE +");
        await peer.SendAsync(":s 903 * :ok", ":s 001 bob :hi", ":s 422 bob :No MOTD");
        Assert.Equal(0, await check.ExitCodeAsync());
    }

    [Fact]
    public async Task Sts_UpgradesPersistsAndEndsWithDurationZero()
    {
        await using var plain = IrcServerMock.Plain();
        await using var tls = IrcServerMock.Tls();
        var state = Path.Combine(Path.GetTempPath(), $"mas-sts-{Guid.NewGuid():N}", "sts.json");
        var network = new { Host = "127.0.0.1", plain.Port, Tls = "off", PinnedSha256 = new[] { tls.Fingerprint }, ReconnectSeconds = 0.2, ConnectsPerMinute = 0 };

        // Told over plain text: leaves without another word and comes back over TLS, where the policy is kept.
        await using (var check = CheckProcess.Start(network, stateFile: state))
        {
            await using (var peer = await plain.AcceptAsync())
            {
                await peer.ExpectAsync("CAP LS 302");
                await peer.SendAsync($":s CAP * LS :sts=port={tls.Port},duration=60 server-time");
                Assert.Equal(["NICK bob", "USER bob 0 * :Bob"], await peer.ExpectEndAsync());
            }

            await using var secure = await tls.AcceptAsync();
            await secure.ExpectStartAsync("USER ");
            await secure.SendAsync($":s CAP * LS :sts=port={tls.Port},duration=60", ":s 001 bob :hi", ":s 422 bob :No MOTD");
            Assert.Equal(0, await check.ExitCodeAsync());
        }

        // After a restart: TLS at once. Duration 0 ends the policy.
        await using (var check = CheckProcess.Start(network, stateFile: state))
        {
            await using var secure = await tls.AcceptAsync();
            await secure.ExpectStartAsync("USER ");
            await secure.SendAsync(":s CAP * LS :sts=duration=0", ":s 001 bob :hi", ":s 422 bob :No MOTD");
            Assert.Equal(0, await check.ExitCodeAsync());
            Assert.Equal(0, plain.WaitingConnections);
        }

        await using (var check = CheckProcess.Start(network, stateFile: state))
        {
            await using var peer = await (await plain.AcceptAsync()).RegisterAsync();
            Assert.Equal(0, await check.ExitCodeAsync());
        }

        Directory.Delete(Path.GetDirectoryName(state)!, recursive: true);
    }

    [Fact]
    public async Task Hold_NickTakenThenFree_IsRegained()
    {
        await using var server = IrcServerMock.Plain();
        await using var check = CheckProcess.Start(Net(server), hold: true);
        await using var peer = await server.AcceptAsync();
        await peer.ExpectStartAsync("USER ");
        await peer.SendAsync(":s CAP * LS :", ":s 433 * bob :in use");
        await peer.ExpectAsync("CAP END", "NICK bob_");
        await peer.SendAsync(":s 001 bob_ :hi", ":s 005 bob_ MONITOR=10 :are supported by this server", ":s 376 bob_ :end");
        await peer.ExpectAsync("MONITOR + bob");
        await peer.SendAsync(":s 731 bob_ :bob");
        await peer.ExpectAsync("NICK bob");
        await peer.SendAsync(":bob_!bob@host NICK :bob");
        await peer.ExpectAsync("MONITOR - bob");
        await check.SaysAsync("our nick is bob\n");
    }

    [Theory]
    [InlineData("Port", "99999")]
    [InlineData("Tls", "perhaps")]
    [InlineData("ReconnectSeconds", "soon")]
    [InlineData("PinnedSha256", "abc")]
    [InlineData("FallbackCharset", "klingon")]
    public async Task Check_WrongSetting_ExitsWith2AndNamesIt(string setting, string value)
    {
        await using var check = CheckProcess.Start(new Dictionary<string, object> { ["Host"] = "127.0.0.1", [setting] = value });
        Assert.Equal(2, await check.ExitCodeAsync());
        Assert.Contains($"Irc:Networks:Net:{setting}", check.Transcript, StringComparison.Ordinal);
    }
}
