using Mas.IrcBackend.Protocol.Sasl;

namespace Mas.IrcBackend.Protocol.Session;

/// <summary>What a connection registers with.</summary>
/// <param name="Nick">The wanted nick.</param>
/// <param name="User">The user name (ident).</param>
/// <param name="RealName">The real name.</param>
internal sealed record RegistrationPlan(string Nick, string User, string RealName)
{
    /// <summary>The server's password (PASS), or null.</summary>
    internal string? ServerPassword { get; init; }

    /// <summary>The credentials of the account, or null.</summary>
    internal SaslCredentials? Sasl { get; init; }

    /// <summary>Whether a failed login ends the connection.</summary>
    internal bool StopsOnLoginFailure { get; init; }

    /// <summary>The service that takes IDENTIFY where the server has no SASL; null for none.</summary>
    internal string? NickServ { get; init; }

    /// <summary>Whether the connection is over TLS. Without TLS, an STS policy ends it.</summary>
    internal bool IsSecure { get; init; }

    /// <summary>NICKLEN of an earlier connection, or null.</summary>
    internal int? NickLengthHint { get; init; }

    /// <summary>How many lines may be sent at once.</summary>
    internal int Burst { get; init; } = OutputBudget.DefaultBurst;

    /// <summary>Time for each further line; zero for no limit.</summary>
    internal TimeSpan Interval { get; init; } = OutputBudget.DefaultInterval;

    /// <summary>Without the secrets, for logs.</summary>
    public override string ToString() => $"{nameof(RegistrationPlan)} {{ Nick = {Nick}, User = {User} }}";
}
