using System.Text;

namespace Mas.IrcBackend.Protocol.Sasl;

/// <summary>PLAIN (RFC 4616), with the account as the authorization identity too, as IRC servers expect.</summary>
internal sealed class SaslPlain(string account, string password) : ISaslMechanism
{
    /// <summary>The mechanism's name.</summary>
    internal const string MechanismName = "PLAIN";

    /// <inheritdoc/>
    public string Name => MechanismName;

    /// <inheritdoc/>
    public bool AcceptsSuccess { get; private set; }

    /// <inheritdoc/>
    public byte[]? Respond(ReadOnlySpan<byte> challenge)
    {
        // There is one go-ahead and nothing else that a server could ask.
        if (AcceptsSuccess || !challenge.IsEmpty)
            return null;
        AcceptsSuccess = true;
        return Encoding.UTF8.GetBytes($"{account}\0{account}\0{password}");
    }
}
