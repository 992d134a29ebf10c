using System.Net;
using System.Security.Authentication;
using Mas.Tests.Harness;

namespace Mas.Tests.Irc.Check;

/// <summary>What the connection of production asks of a server's TLS, and what it tells of itself there.</summary>
public class TlsTests
{
    private static object Net(IrcServerMock server, string[]? pins = null, string host = "127.0.0.1") =>
        new { Host = host, server.Port, Tls = "required", PinnedSha256 = pins ?? [], ReconnectSeconds = 0.2, ConnectsPerMinute = 0 };

    [Fact]
    public async Task Handshake_WithAHostName_NamesTheHostThatIsWanted()
    {
        await using var server = IrcServerMock.Tls();
        await using var check = CheckProcess.Start(Net(server, [server.Fingerprint], "localhost"));
        await using var peer = await (await server.AcceptAsync()).RegisterAsync();

        Assert.Equal("localhost", peer.ServerName);
        Assert.Equal(0, await check.ExitCodeAsync());
    }

    /// <summary>RFC 6066, section 3: addresses are no server names.</summary>
    [Fact]
    public async Task Handshake_WithAnAddress_NamesNoHost()
    {
        await using var server = IrcServerMock.Tls();
        await using var check = CheckProcess.Start(Net(server, [server.Fingerprint], $"{IPAddress.Loopback}"));
        await using var peer = await (await server.AcceptAsync()).RegisterAsync();

        Assert.Equal("", peer.ServerName);
        Assert.Equal(0, await check.ExitCodeAsync());
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Handshake_WithAServerOfOneVersion_UsesIt(SslProtocols version)
    {
        await using var server = IrcServerMock.Tls(versions: version);
        await using var check = CheckProcess.Start(Net(server, [server.Fingerprint]));
        await using var peer = await (await server.AcceptAsync()).RegisterAsync();

        Assert.Equal(version, peer.TlsVersion);
        Assert.Equal(0, await check.ExitCodeAsync());
    }

    [Theory]
    [InlineData("unpinned")]
    [InlineData("wrong pin")]
    [InlineData("no tls")]
    public async Task Tls_NotAsTheSettingsSay_ExitsWith4AndSendsNothing(string what)
    {
        await using var server = what == "no tls" ? IrcServerMock.Plain() : IrcServerMock.Tls();
        await using var check = CheckProcess.Start(Net(server, what == "wrong pin" ? [new string('A', 64)] : [], "localhost"));
        if (what == "no tls")
        {
            await using var raw = await server.AcceptRawAsync();
            await raw.SendAsync(":s NOTICE * :plain text");
            Assert.Equal(4, await check.ExitCodeAsync());
            Assert.DoesNotContain(await raw.ExpectEndAsync(), line => line.Contains("NICK", StringComparison.Ordinal) || line.Contains("CAP", StringComparison.Ordinal));
        }
        else
        {
            try
            {
                await using var peer = await server.AcceptAsync();
                Assert.Empty(await peer.ExpectEndAsync());
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client broke the handshake off: nothing was sent either.
            }

            Assert.Equal(4, await check.ExitCodeAsync());
        }
    }

    [Fact]
    public async Task Tls_PinnedButExpiredAndForAnotherName_IsAccepted()
    {
        await using var server = IrcServerMock.Tls("other.example", DateTimeOffset.UtcNow.AddDays(-1));
        var pin = string.Join(':', server.Fingerprint.Chunk(2).Select(pair => new string(pair))).ToLowerInvariant();
        await using var check = CheckProcess.Start(Net(server, [new string('0', 64), pin]));
        await using var peer = await (await server.AcceptAsync()).RegisterAsync();
        Assert.Equal(0, await check.ExitCodeAsync());
    }

    [Theory]
    [InlineData("localhost", 0)]
    [InlineData("other.example", 4)]
    public async Task Tls_TrustedChain_IsAcceptedForItsHostNameOnly(string name, int code)
    {
        await using var server = IrcServerMock.Tls(name);
        var store = Path.GetTempFileName();
        await File.WriteAllTextAsync(store, server.CertificatePem);
        try
        {
            await using var check = CheckProcess.Start(Net(server, host: "localhost"), environment: new Dictionary<string, string> { ["SSL_CERT_FILE"] = store });
            if (code == 0)
            {
                await using var peer = await (await server.AcceptAsync()).RegisterAsync();
            }
            else
            {
                await Assert.ThrowsAnyAsync<Exception>(async () => await (await server.AcceptAsync()).RegisterAsync());
            }

            Assert.Equal(code, await check.ExitCodeAsync());
        }
        finally
        {
            File.Delete(store);
        }
    }
}
