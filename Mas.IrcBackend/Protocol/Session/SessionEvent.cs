namespace Mas.IrcBackend.Protocol.Session;

/// <summary>Something about the connection itself that others want to know.</summary>
public abstract record SessionEvent
{
    /// <summary>001 has come: the server has let us in.</summary>
    public sealed record Welcomed(string Nick) : SessionEvent;

    /// <summary>The registration is complete: the end of the message of the day, or that there is none.</summary>
    public sealed record Registered(RegistrationSummary Summary) : SessionEvent;

    /// <summary>Our nick is another one now.</summary>
    public sealed record NickChanged(string Nick) : SessionEvent;

    /// <summary>We are logged in to the account.</summary>
    public sealed record LoggedIn : SessionEvent;

    /// <summary>
    /// The login failed; the connection goes on or not, as the settings say. <paramref name="FallsBack"/>: the account is told to
    /// the network's service instead.
    /// </summary>
    public sealed record LoginFailed(string Reason, bool FallsBack) : SessionEvent;

    /// <summary>What is in force has changed after the registration: capabilities or ISUPPORT.</summary>
    public sealed record SummaryChanged(RegistrationSummary Summary) : SessionEvent;

    /// <summary>A line was not sent, since too many wait already.</summary>
    public sealed record LineRefused(string Line) : SessionEvent;

    /// <summary>A batch is complete; its lines were for nobody while it was not.</summary>
    public sealed record BatchReceived(IrcBatch Batch) : SessionEvent;

    /// <summary>The server has announced an STS policy over TLS; a duration of zero ends it.</summary>
    public sealed record StsAnnounced(TimeSpan Duration) : SessionEvent;
}

/// <summary>
/// What somebody needs to follow a connection from here on who has not seen its beginning.
/// </summary>
/// <param name="Nick">Our nick.</param>
/// <param name="Server">The name of the server.</param>
/// <param name="Capabilities">The capabilities in force, with the values that the server gave them.</param>
/// <param name="ISupportLines">Every 005 so far, as it came.</param>
public sealed record RegistrationSummary(
    string Nick, string Server, IReadOnlyDictionary<string, string> Capabilities, IReadOnlyList<string> ISupportLines);
