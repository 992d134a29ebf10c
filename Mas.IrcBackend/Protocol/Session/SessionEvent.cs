namespace Mas.IrcBackend.Protocol.Session;

/// <summary>Something about the connection itself that others want to know.</summary>
internal abstract record SessionEvent
{
    /// <summary>001 has come: the server has let us in.</summary>
    internal sealed record Welcomed(string Nick) : SessionEvent;

    /// <summary>The registration is complete: the end of the message of the day, or that there is none.</summary>
    internal sealed record Registered(RegistrationSummary Summary) : SessionEvent;

    /// <summary>Our nick is another one now.</summary>
    internal sealed record NickChanged(string Nick) : SessionEvent;

    /// <summary>We are logged in to the account.</summary>
    internal sealed record LoggedIn : SessionEvent;

    /// <summary>
    /// The login failed; the connection goes on or not, as the settings say. <paramref name="FallsBack"/>: the account is told to
    /// the network's service instead.
    /// </summary>
    internal sealed record LoginFailed(string Reason, bool FallsBack) : SessionEvent;

    /// <summary>What is in force has changed after the registration: capabilities or ISUPPORT.</summary>
    internal sealed record SummaryChanged(RegistrationSummary Summary) : SessionEvent;

    /// <summary>A line was not sent, since too many wait already.</summary>
    internal sealed record LineRefused(string Line) : SessionEvent;

    /// <summary>A batch is complete; its lines were for nobody while it was not.</summary>
    internal sealed record BatchReceived(IrcBatch Batch) : SessionEvent;

    /// <summary>The server has announced an STS policy over TLS; a duration of zero ends it.</summary>
    internal sealed record StsAnnounced(TimeSpan Duration) : SessionEvent;
}

/// <summary>
/// What somebody needs to follow a connection from here on who has not seen its beginning.
/// </summary>
/// <param name="Nick">Our nick.</param>
/// <param name="Server">The name of the server.</param>
/// <param name="Capabilities">The capabilities in force, with the values that the server gave them.</param>
/// <param name="ISupportLines">Every 005 so far, as it came.</param>
internal sealed record RegistrationSummary(
    string Nick, string Server, IReadOnlyDictionary<string, string> Capabilities, IReadOnlyList<string> ISupportLines);
