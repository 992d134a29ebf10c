using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace Mas.Tests.Harness;

/// <summary>
/// A scripted IRC server on loopback: accept a connection, expect this line, answer that. For what real servers don't do
/// on demand. Every wait has a deadline, after which the test fails and says what came instead.
/// </summary>
public sealed class IrcServerMock : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly X509Certificate2? _certificate;
    private readonly SslProtocols _versions;
    private readonly Channel<TcpClient> _accepted = Channel.CreateUnbounded<TcpClient>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private IrcServerMock(X509Certificate2? certificate, SslProtocols versions = SslProtocols.None)
    {
        _certificate = certificate;
        _versions = versions;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptLoopAsync();
    }

    public static TimeSpan Deadline { get; } = Eventually.DefaultDeadline;

    public int Port { get; }

    /// <summary>The SHA-256 fingerprint of the server's certificate.</summary>
    public string Fingerprint => Convert.ToHexString(SHA256.HashData(_certificate!.RawData));

    /// <summary>The server's certificate in PEM, for a client that shall trust it.</summary>
    public string CertificatePem => _certificate!.ExportCertificatePem();

    /// <summary>How many connections wait to be accepted.</summary>
    public int WaitingConnections => _accepted.Reader.Count;

    public static IrcServerMock Plain() => new(null);

    /// <summary>With TLS, of these versions or of any, and a self-signed certificate for this name.</summary>
    public static IrcServerMock Tls(string name = "localhost", DateTimeOffset? expires = null, SslProtocols versions = SslProtocols.None) =>
        new(SelfSigned(name, expires), versions);

    public static X509Certificate2 SelfSigned(string name, DateTimeOffset? expires = null)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var until = expires ?? DateTimeOffset.UtcNow.AddDays(2);
        using var certificate = request.CreateSelfSigned(until.AddDays(-10), until);
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Waits for the next connection, its TLS handshake included.</summary>
    public async Task<IrcPeer> AcceptAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var client = await _accepted.Reader.ReadAsync(deadline.Token);
        if (_certificate is null)
            return new IrcPeer(client, client.GetStream());
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                EnabledSslProtocols = _versions,
                ClientCertificateRequired = true,
                // Self-signed ones are what is tested; null is a client without one.
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is null or { Subject.Length: > 0 },
            },
            deadline.Token);
        return new IrcPeer(client, tls)
        {
            ClientCertificate = tls.RemoteCertificate?.GetRawCertData(),
            ServerName = tls.TargetHostName,
            TlsVersion = tls.SslProtocol,
        };
    }

    /// <summary>Waits for the next connection without a handshake, to see what a client sends that shouldn't.</summary>
    public async Task<IrcPeer> AcceptRawAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var client = await _accepted.Reader.ReadAsync(deadline.Token);
        return new IrcPeer(client, client.GetStream());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _certificate?.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptLoopAsync()
    {
        try
        {
            while (true)
                await _accepted.Writer.WriteAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            _accepted.Writer.Complete();
        }
    }
}

/// <summary>One connection to an <see cref="IrcServerMock"/>.</summary>
public sealed class IrcPeer(TcpClient client, Stream stream) : IAsyncDisposable
{
    private readonly StringBuilder _unread = new();
    private readonly byte[] _buffer = new byte[4096];

    /// <summary>The certificate that the client presented, DER.</summary>
    public byte[]? ClientCertificate { get; init; }

    /// <summary>The host that the client named in the handshake (SNI), empty for none; null without TLS.</summary>
    public string? ServerName { get; init; }

    /// <summary>The version of TLS that was agreed on.</summary>
    public SslProtocols TlsVersion { get; init; }

    /// <summary>The next line, or null at the end of the connection.</summary>
    /// <param name="silence">How long nothing may come; null for the usual deadline.</param>
    public async Task<string?> ReadLineAsync(TimeSpan? silence = null)
    {
        using var deadline = new CancellationTokenSource(silence ?? IrcServerMock.Deadline);
        while (true)
        {
            var text = _unread.ToString();
            var end = text.IndexOf("\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                _unread.Remove(0, end + 2);
                return text[..end];
            }

            int count;
            try
            {
                count = await stream.ReadAsync(_buffer, deadline.Token);
            }
            catch (IOException)
            {
                return null;
            }

            if (count == 0)
                return null;
            _unread.Append(Encoding.UTF8.GetString(_buffer, 0, count));
        }
    }

    /// <summary>The next line must be this.</summary>
    public async Task ExpectAsync(string line) => Assert.Equal(line, await ReadLineAsync());

    /// <summary>These lines must come, in this order.</summary>
    public async Task ExpectAsync(params string[] lines)
    {
        foreach (var line in lines)
            await ExpectAsync(line);
    }

    /// <summary>Reads up to the next line that begins so, and gives it.</summary>
    public async Task<string> ExpectStartAsync(string start)
    {
        var others = new List<string>();
        while (await ReadLineAsync() is { } line)
        {
            if (line.StartsWith(start, StringComparison.Ordinal))
                return line;
            others.Add(line);
        }

        throw new InvalidOperationException($"The connection ended before \"{start}\"; before it came: {string.Join(" | ", others)}");
    }

    /// <summary>The client must close the connection; what it sends until then is given.</summary>
    public async Task<IReadOnlyList<string>> ExpectEndAsync()
    {
        var lines = new List<string>();
        while (await ReadLineAsync() is { } line)
            lines.Add(line);
        return lines;
    }

    /// <summary>Sends lines.</summary>
    public async Task SendAsync(params string[] lines) => await SendBytesAsync(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\r\n"))));

    /// <summary>Sends bytes as they are.</summary>
    public async Task SendBytesAsync(params byte[] bytes)
    {
        await stream.WriteAsync(bytes);
        await stream.FlushAsync();
    }

    /// <summary>Goes through a registration.</summary>
    public async Task<IrcPeer> RegisterAsync(string nick = "bob", string support = "NICKLEN=30", string capabilities = "")
    {
        await ExpectStartAsync("USER ");
        await SendAsync($":mock.server CAP * LS :{capabilities}");
        if (capabilities.Length > 0)
            await SendAsync($":mock.server CAP * ACK :{string.Join(' ', capabilities.Split(' ').Select(capability => capability.Split('=')[0]))}");
        await SendAsync($":mock.server 001 {nick} :Welcome", $":mock.server 005 {nick} {support} :are supported by this server", $":mock.server 422 {nick} :No MOTD");
        await ExpectStartAsync("CAP END");
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        client.Dispose();
    }
}
