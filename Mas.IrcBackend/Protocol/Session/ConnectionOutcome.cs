namespace Mas.IrcBackend.Protocol.Session;

/// <summary>Why a connection, or the attempt to make one, ended.</summary>
internal enum OutcomeKind
{
    /// <summary>Ended by the user or the operator.</summary>
    Stopped,

    /// <summary>No TCP connection: the name does not resolve, the port is closed, or there is no answer.</summary>
    Unreachable,

    /// <summary>TLS failed, or the certificate was refused. Nothing was sent.</summary>
    TlsRefused,

    /// <summary>The login failed, and the settings end the connection then.</summary>
    SaslFailed,

    /// <summary>The server has banned the user or the host.</summary>
    Banned,

    /// <summary>The server asks for another password or an account (464, FAIL ACCOUNT_REQUIRED).</summary>
    Refused,

    /// <summary>The server refused all nicks that were tried.</summary>
    NickRefused,

    /// <summary>The TLS handshake, the registration, a write or a PING timed out.</summary>
    TimedOut,

    /// <summary>The server closed the connection, or it broke.</summary>
    Closed,

    /// <summary>The server asks to connect over TLS (STS); not a failure.</summary>
    StsUpgrade,
}

/// <summary>How a connection ended.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Detail">The reason for the user; without secrets.</param>
internal sealed record ConnectionOutcome(OutcomeKind Kind, string Detail)
{
    /// <summary>
    /// Whether there is no further attempt: it would fail in the same way. The user decides.
    /// </summary>
    internal bool IsTerminal => Kind is OutcomeKind.Banned or OutcomeKind.Refused or OutcomeKind.Stopped
        || (Kind == OutcomeKind.SaslFailed && IsRefusal);

    /// <summary>
    /// With <see cref="OutcomeKind.SaslFailed"/>: whether the server refused the credentials, rather than not answered.
    /// </summary>
    internal bool IsRefusal { get; init; }

    /// <summary>The TLS port; only with <see cref="OutcomeKind.StsUpgrade"/>.</summary>
    internal int? StsPort { get; init; }
}
