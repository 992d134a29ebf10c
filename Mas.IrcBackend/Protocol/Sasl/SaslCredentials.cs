using System.Text;

namespace Mas.IrcBackend.Protocol.Sasl;

/// <summary>What a user logs in with.</summary>
/// <param name="Mechanism">PLAIN, EXTERNAL, SCRAM-SHA-256 or ECDSA-NIST256P-CHALLENGE.</param>
/// <param name="Account">The account's name; may be empty for EXTERNAL.</param>
/// <param name="Password">For PLAIN and SCRAM-SHA-256.</param>
/// <param name="Key">In PEM: the private key for ECDSA, certificate and private key for EXTERNAL.</param>
internal sealed record SaslCredentials(string Mechanism, string Account, string? Password = null, string? Key = null)
{
    /// <summary>A new exchange with these credentials.</summary>
    /// <exception cref="ArgumentException">
    /// The mechanism is unknown, or it lacks what it needs. The message names no secret.
    /// </exception>
    internal ISaslMechanism Start() => Mechanism.ToUpperInvariant() switch
    {
        SaslPlain.MechanismName => new SaslPlain(Account, Required(Password, "Password")),
        SaslScramSha256.MechanismName => new SaslScramSha256(Account, Required(Password, "Password")),
        SaslExternal.MechanismName => new SaslExternal(),
        SaslEcdsaChallenge.MechanismName => new SaslEcdsaChallenge(Account, Required(Key, "Key")),
        _ => throw new ArgumentException($"SASL mechanism \"{Mechanism}\" is none of PLAIN, EXTERNAL, SCRAM-SHA-256, ECDSA-NIST256P-CHALLENGE."),
    };

    /// <summary>Leaves the secrets out, so that no log shows them.</summary>
    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"Mechanism = {Mechanism}, Account = {Account}");
        return true;
    }

    private string Required(string? value, string name) => string.IsNullOrEmpty(value)
        ? throw new ArgumentException($"SASL {Mechanism} needs \"{name}\".")
        : value;
}
