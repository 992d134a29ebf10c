using System.Security.Cryptography;
using System.Text;

namespace Mas.IrcBackend.Protocol.Sasl;

/// <summary>
/// ECDSA-NIST256P-CHALLENGE (atheme): the account's name, then the signature of the server's challenge. The challenge
/// is signed as it stands, without a hash, in DER.
/// </summary>
internal sealed class SaslEcdsaChallenge : ISaslMechanism
{
    /// <summary>The mechanism's name.</summary>
    internal const string MechanismName = "ECDSA-NIST256P-CHALLENGE";

    private const int ChallengeBytes = 32;
    private readonly string _account;
    private readonly string _key;
    private bool _named;

    /// <summary>Makes an exchange.</summary>
    /// <param name="account">The account.</param>
    /// <param name="key">Its private key on the curve P-256, in PEM.</param>
    /// <exception cref="ArgumentException">The key is not valid.</exception>
    public SaslEcdsaChallenge(string account, string key)
    {
        _account = account;
        _key = key;
        using var check = Import();
        if (check.KeySize != 256)
            throw new ArgumentException("The SASL key must be on the curve P-256.");
    }

    /// <inheritdoc/>
    public string Name => MechanismName;

    /// <inheritdoc/>
    public bool AcceptsSuccess { get; private set; }

    /// <inheritdoc/>
    public byte[]? Respond(ReadOnlySpan<byte> challenge)
    {
        if (!_named && challenge.IsEmpty)
        {
            _named = true;
            return Encoding.UTF8.GetBytes(_account);
        }
        if (!_named || AcceptsSuccess || challenge.Length != ChallengeBytes)
            return null;
        AcceptsSuccess = true;
        using var key = Import();
        return key.SignHash(challenge.ToArray(), DSASignatureFormat.Rfc3279DerSequence);
    }

    private ECDsa Import()
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(_key);
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new ArgumentException("The SASL key must be an EC private key in PEM.");
        }
    }
}
