namespace Mas.IrcBackend.Protocol;

/// <summary>
/// The sender of a line: <c>nick!user@host</c>, <c>nick@host</c> (ircd-hybrid and services send it), <c>nick!user</c>,
/// a bare nick, or a server's name.
/// </summary>
/// <param name="Nick">The nick, or the server's name.</param>
/// <param name="User">The user name, or null when it wasn't said.</param>
/// <param name="Host">The host, or null when it wasn't said.</param>
internal sealed record IrcSource(string Nick, string? User = null, string? Host = null)
{
    /// <summary>
    /// Whether this can only be a server: no user and no host, and a dot in the name, which no nick may contain.
    /// </summary>
    internal bool IsServer => User is null && Host is null && Nick.Contains('.', StringComparison.Ordinal);

    /// <summary>Reads a source as it stands in a line, without the leading colon.</summary>
    internal static IrcSource Parse(string text)
    {
        // The host is after the last @: a user name may hold one, a host never does.
        var at = text.LastIndexOf('@');
        var host = at < 0 ? null : text[(at + 1)..];
        var left = at < 0 ? text : text[..at];
        var bang = left.IndexOf('!', StringComparison.Ordinal);
        return bang < 0
            ? new IrcSource(left, null, host)
            : new IrcSource(left[..bang], left[(bang + 1)..], host);
    }

    /// <summary>The source as it stands in a line, without the leading colon.</summary>
    public override string ToString() =>
        Nick + (User is null ? "" : "!" + User) + (Host is null ? "" : "@" + Host);
}
