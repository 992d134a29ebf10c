using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mas.IrcBackend.Protocol.Sasl;

namespace Mas.IrcBackend.Connections;

/// <summary>The TLS client certificate of an account (SASL EXTERNAL, CertFP).</summary>
internal static class ClientCertificate
{
    /// <summary>
    /// The certificate in the credentials; null when they are for another mechanism or hold none.
    /// </summary>
    /// <exception cref="ArgumentException">The key is not a certificate with its private key in PEM.</exception>
    internal static X509Certificate2? From(SaslCredentials? credentials)
    {
        if (credentials is not { Mechanism: SaslExternal.MechanismName, Key: { Length: > 0 } pem })
            return null;
        try
        {
            return X509Certificate2.CreateFromPem(pem, pem);
        }
        catch (CryptographicException)
        {
            throw new ArgumentException("The key must be a certificate with its private key, in PEM.");
        }
    }
}
