using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Connections;

/// <summary>The section <c>Irc</c> of the settings.</summary>
/// <param name="StateFile">Where STS policies are kept over a restart; null keeps them in memory only.</param>
/// <param name="Networks">The networks on offer, by name.</param>
/// <param name="IrcUserSweepInterval">How often the records of unused IRC users are deleted; zero for never.</param>
/// <param name="Inboxes">
/// Into how many inboxes each role's is to be split, so that as many processes can share the role: the parser's by network,
/// the connection manager's by user; 0 leaves the numbers as they are.
/// </param>
internal sealed record IrcSettings(
    string? StateFile, IReadOnlyDictionary<string, NetworkSettings> Networks, TimeSpan IrcUserSweepInterval = default, int Inboxes = 0);

/// <summary>A server of a network.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="UsesTls">Whether it is spoken to over TLS.</param>
internal sealed record ServerAddress(string Host, int Port, bool UsesTls)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Host}:{Port}{(UsesTls ? " (TLS)" : "")}";
}

/// <summary>What the operator says of one network: <c>Irc:Networks:&lt;name&gt;</c>.</summary>
internal sealed record NetworkSettings
{
    /// <summary>The network's name, as users see it.</summary>
    internal required string Name { get; init; }

    /// <summary>Its servers; they are tried in turn.</summary>
    internal required IReadOnlyList<ServerAddress> Servers { get; init; }

    /// <summary>
    /// SHA-256 fingerprints of certificates, in hexadecimal. When there are any, a server must present one of them, and
    /// neither its issuer, its name nor its dates matter; without any, chain and host name are checked.
    /// </summary>
    internal IReadOnlyList<string> PinnedSha256 { get; init; } = [];

    /// <summary>The server's password (PASS), or null.</summary>
    internal string? Password { get; init; }

    /// <summary>The waits between attempts to connect.</summary>
    internal IReadOnlyList<TimeSpan> ReconnectSteps { get; init; } = ReconnectBackoff.DefaultSteps;

    /// <summary>How many connections to the network may be started in a minute; 0 for no limit.</summary>
    internal int ConnectsPerMinute { get; init; } = 30;

    /// <summary>The charset of lines that are not UTF-8, and whether to send in it.</summary>
    internal LineCharset Charset { get; init; } = new();

    /// <summary>The user name (ident) of all connections; null for each user's own.</summary>
    internal string? Ident { get; init; }

    /// <summary>Lines that may be sent at once.</summary>
    internal int Burst { get; init; } = OutputBudget.DefaultBurst;

    /// <summary>Time for each further line; zero for no limit.</summary>
    internal TimeSpan LineInterval { get; init; } = OutputBudget.DefaultInterval;

    /// <summary>Whether a login that fails stops the connection.</summary>
    internal bool StopsOnLoginFailure { get; init; }

    /// <summary>The service that takes IDENTIFY where there is no SASL; null for none.</summary>
    internal string? NickServ { get; init; }
}
