using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mas.IrcBackend.Protocol.Sasl;

namespace Mas.IrcBackend.Connections;

/// <summary>The certificate with which a user shows who they are (SASL EXTERNAL, CertFP).</summary>
public static class ClientCertificate
{
    /// <summary>
    /// The certificate of these credentials, or null when they aren't for EXTERNAL or hold none: then a server that knows us
    /// by another way may still say yes.
    /// </summary>
    /// <exception cref="ArgumentException">The key is no certificate with its private key in PEM.</exception>
    public static X509Certificate2? From(SaslCredentials? credentials)
    {
        if (credentials is not { Mechanism: SaslExternal.MechanismName, Key: { Length: > 0 } pem })
        {
            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPem(pem, pem);
        }
        catch (CryptographicException)
        {
            throw new ArgumentException("Key is no certificate with its private key in PEM.");
        }
    }
}
