using Mas.IrcBackend.Protocol.Session;

namespace Mas.IrcBackend.Check;

/// <summary>What <c>check</c> exits with. The numbers are documented in docs/reference/irc.md and in <c>check --help</c>; scripts rely on them.</summary>
internal enum ExitCode
{
    /// <summary>The server has let us in; the login, if there is one, succeeded.</summary>
    Registered = 0,

    /// <summary>The command line or a file is wrong.</summary>
    Usage = 2,

    /// <summary>No TCP connection.</summary>
    Unreachable = 3,

    /// <summary>TLS failed, or the certificate is not the right one.</summary>
    TlsRefused = 4,

    /// <summary>The login failed, whether or not the connection goes on without it.</summary>
    SaslFailed = 5,

    /// <summary>We are banned.</summary>
    Banned = 6,

    /// <summary>A deadline passed.</summary>
    TimedOut = 7,

    /// <summary>The server wants another password or an account, or takes none of our nicks.</summary>
    Refused = 8,

    /// <summary>The server closed the connection without any of the above.</summary>
    Closed = 9,

    /// <summary>Stopped before anything was known.</summary>
    Stopped = 10,
}

/// <summary>Maps a connection's outcome to an exit code.</summary>
internal static class ExitCodes
{
    /// <summary>The exit code for how a connection ended.</summary>
    internal static ExitCode Of(ConnectionOutcome outcome) => outcome.Kind switch
    {
        OutcomeKind.Unreachable => ExitCode.Unreachable,
        OutcomeKind.TlsRefused => ExitCode.TlsRefused,
        OutcomeKind.SaslFailed => ExitCode.SaslFailed,
        OutcomeKind.Banned => ExitCode.Banned,
        OutcomeKind.TimedOut => ExitCode.TimedOut,
        OutcomeKind.Refused or OutcomeKind.NickRefused => ExitCode.Refused,
        OutcomeKind.Stopped => ExitCode.Stopped,
        _ => ExitCode.Closed,
    };
}
