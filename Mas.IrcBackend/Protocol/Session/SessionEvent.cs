namespace Mas.IrcBackend.Protocol.Session;

/// <summary>An event of the connection itself.</summary>
internal abstract record SessionEvent
{
    /// <summary>001 has come.</summary>
    internal sealed record Welcomed(string Nick) : SessionEvent;

    /// <summary>The registration is complete: 376 or 422 has come.</summary>
    internal sealed record Registered(RegistrationSummary Summary) : SessionEvent;

    /// <summary>The nick has changed.</summary>
    internal sealed record NickChanged(string Nick) : SessionEvent;

    /// <summary>Logged in to the account.</summary>
    internal sealed record LoggedIn : SessionEvent;

    /// <summary>
    /// The login failed; the settings say whether the connection goes on. <paramref name="FallsBack"/>: NickServ is used instead.
    /// </summary>
    internal sealed record LoginFailed(string Reason, bool FallsBack) : SessionEvent;

    /// <summary>Capabilities or ISUPPORT have changed after the registration.</summary>
    internal sealed record SummaryChanged(RegistrationSummary Summary) : SessionEvent;

    /// <summary>A line was not sent because too many are waiting.</summary>
    internal sealed record LineRefused(string Line) : SessionEvent;

    /// <summary>A batch is complete.</summary>
    internal sealed record BatchReceived(IrcBatch Batch) : SessionEvent;

    /// <summary>The server has announced an STS policy over TLS; a duration of zero ends it.</summary>
    internal sealed record StsAnnounced(TimeSpan Duration) : SessionEvent;
}

/// <summary>
/// The state of a registered connection, for a parser that has not seen its beginning.
/// </summary>
/// <param name="Nick">The nick.</param>
/// <param name="Server">The name of the server.</param>
/// <param name="Capabilities">The enabled capabilities, with the server's values.</param>
/// <param name="ISupportLines">Every 005 so far, as received.</param>
internal sealed record RegistrationSummary(
    string Nick, string Server, IReadOnlyDictionary<string, string> Capabilities, IReadOnlyList<string> ISupportLines);
