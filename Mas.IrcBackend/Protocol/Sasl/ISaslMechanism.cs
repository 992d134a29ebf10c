namespace Mas.IrcBackend.Protocol.Sasl;

/// <summary>One exchange of a SASL mechanism (RFC 4422): what the client says to each challenge.</summary>
internal interface ISaslMechanism
{
    /// <summary>The mechanism's registered name.</summary>
    string Name { get; }

    /// <summary>
    /// Whether the mechanism is content with a success (903). A mechanism that has yet to see the server's proof is not.
    /// </summary>
    bool AcceptsSuccess { get; }

    /// <summary>Answers a challenge (empty: the server's go-ahead).</summary>
    /// <returns>The response, which may be empty, or null to abort the exchange: the challenge is wrong or malformed.</returns>
    byte[]? Respond(ReadOnlySpan<byte> challenge);
}
