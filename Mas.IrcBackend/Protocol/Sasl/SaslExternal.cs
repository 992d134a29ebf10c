namespace Mas.IrcBackend.Protocol.Sasl;

/// <summary>EXTERNAL (RFC 4422, appendix A): the TLS certificate has said who we are.</summary>
internal sealed class SaslExternal : ISaslMechanism
{
    /// <summary>The mechanism's name.</summary>
    internal const string MechanismName = "EXTERNAL";

    /// <inheritdoc/>
    public string Name => MechanismName;

    /// <inheritdoc/>
    public bool AcceptsSuccess { get; private set; }

    /// <inheritdoc/>
    public byte[]? Respond(ReadOnlySpan<byte> challenge)
    {
        if (AcceptsSuccess || !challenge.IsEmpty)
            return null;
        AcceptsSuccess = true;
        return [];
    }
}
