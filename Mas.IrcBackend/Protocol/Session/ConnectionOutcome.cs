namespace Mas.IrcBackend.Protocol.Session;

/// <summary>Why a connection, or the attempt to make one, ended.</summary>
internal enum OutcomeKind
{
    /// <summary>We ended it: the user or the operator wanted it so.</summary>
    Stopped,

    /// <summary>No TCP connection: the name doesn't resolve, nobody listens, or nobody answers.</summary>
    Unreachable,

    /// <summary>TLS failed, or the certificate is not the one that the settings ask for. Nothing was sent.</summary>
    TlsRefused,

    /// <summary>The login failed and the settings say that the connection ends with it.</summary>
    SaslFailed,

    /// <summary>The server has banned us.</summary>
    Banned,

    /// <summary>The server wants another password, or an account, before it lets us in (464, FAIL ACCOUNT_REQUIRED).</summary>
    Refused,

    /// <summary>The server takes none of the nicks that we tried.</summary>
    NickRefused,

    /// <summary>A deadline passed: of the TLS handshake, the registration, a write, or a PING.</summary>
    TimedOut,

    /// <summary>The server closed the connection, or it broke.</summary>
    Closed,

    /// <summary>The server wants us to come back over TLS (STS). It's no failure.</summary>
    StsUpgrade,
}

/// <summary>How a connection ended.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Detail">A sentence fit to show; it holds no secret.</param>
internal sealed record ConnectionOutcome(OutcomeKind Kind, string Detail)
{
    /// <summary>
    /// Whether trying again would change nothing and only anger the server: it's shown, and left to the user.
    /// </summary>
    internal bool IsTerminal => Kind is OutcomeKind.Banned or OutcomeKind.Refused or OutcomeKind.Stopped
        || (Kind == OutcomeKind.SaslFailed && IsRefusal);

    /// <summary>
    /// With <see cref="OutcomeKind.SaslFailed"/>: whether the server refused the credentials, which it would do again, rather
    /// than having had no answer, which it may have later.
    /// </summary>
    internal bool IsRefusal { get; init; }

    /// <summary>The port to come back to; only with <see cref="OutcomeKind.StsUpgrade"/>.</summary>
    internal int? StsPort { get; init; }
}
