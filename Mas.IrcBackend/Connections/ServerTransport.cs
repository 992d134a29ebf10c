using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mas.IrcBackend.Protocol.Session;

namespace Mas.IrcBackend.Connections;

/// <summary>An open stream, or the failure.</summary>
/// <param name="Stream">The stream, owned by the caller.</param>
/// <param name="Failure">Why there is no stream.</param>
internal readonly record struct OpenedTransport(Stream? Stream, ConnectionOutcome? Failure);

/// <summary>
/// Opens TCP and TLS connections to servers. Over TLS, nothing is sent before the server's certificate is verified.
/// </summary>
/// <param name="time">The clock of the deadline.</param>
internal sealed class ServerTransport(TimeProvider time)
{
    /// <summary>The deadline of name lookup, TCP and TLS together.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>Opens a connection; failures are results.</summary>
    /// <param name="server">The server.</param>
    /// <param name="pins">SHA-256 fingerprints, one of which the certificate must have; empty to verify chain and host name.</param>
    /// <param name="clientCertificate">The client certificate, or null.</param>
    /// <param name="stop">Cancels the attempt, with an exception.</param>
    internal async Task<OpenedTransport> OpenAsync(ServerAddress server, IReadOnlyList<string> pins, X509Certificate2? clientCertificate, CancellationToken stop)
    {
        using var deadline = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server.Host, server.Port, either.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ArgumentException)
        {
            socket.Dispose();
            stop.ThrowIfCancellationRequested();
            return Failed(OutcomeKind.Unreachable, e is SocketException socketError ? socketError.Message : e is ArgumentException ? "the address is not valid" : "no answer within 15 s");
        }
        var network = new NetworkStream(socket, ownsSocket: true);
        return server.UsesTls ? await SecureAsync(network, server.Host, pins, clientCertificate, either.Token, stop) : new OpenedTransport(network, null);
    }

    private static async Task<OpenedTransport> SecureAsync(
        NetworkStream network, string host, IReadOnlyList<string> pins, X509Certificate2? clientCertificate, CancellationToken deadline, CancellationToken stop)
    {
        string? refusal = null;
        var tls = new SslStream(network, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    ClientCertificates = clientCertificate is null ? null : [clientCertificate],
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    {
                        refusal = RefusalOf(certificate, chain, errors, pins);
                        return refusal is null;
                    },
                },
                deadline);
            return new OpenedTransport(tls, null);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException or CryptographicException)
        {
            await tls.DisposeAsync();
            stop.ThrowIfCancellationRequested();
            return e is OperationCanceledException
                ? Failed(OutcomeKind.TimedOut, "no answer to the TLS handshake within 15 s")
                : Failed(OutcomeKind.TlsRefused, refusal ?? (e.InnerException ?? e).Message);
        }
    }

    // Why a certificate is refused, or null.
    private static string? RefusalOf(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, IReadOnlyList<string> pins)
    {
        if (certificate is null)
            return "the server sent no certificate";
        var fingerprint = Convert.ToHexString(SHA256.HashData(certificate.GetRawCertData()));
        if (pins.Count > 0)
        {
            return pins.Contains(fingerprint, StringComparer.OrdinalIgnoreCase)
                ? null
                : $"the certificate is not pinned; its SHA-256 fingerprint is {fingerprint}";
        }
        if (errors == SslPolicyErrors.None)
            return null;
        var reasons = new List<string>();
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            reasons.Add("it is for another host name");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            reasons.AddRange(chain?.ChainStatus.Select(status => status.StatusInformation.Trim()) ?? ["its chain is not trusted"]);
        return $"the certificate is not trusted: {string.Join("; ", reasons)}; its SHA-256 fingerprint is {fingerprint}";
    }

    private static OpenedTransport Failed(OutcomeKind kind, string detail) => new(null, new ConnectionOutcome(kind, detail));
}
