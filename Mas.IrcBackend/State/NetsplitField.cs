namespace Mas.IrcBackend.State;

/// <summary>The name of a field of <c>irclines:</c> for somebody who quit with a netsplit.</summary>
/// <param name="Servers">The two servers.</param>
/// <param name="Rid">The <c>rid</c> of the message that tells of it.</param>
/// <param name="Nick">Who, folded.</param>
internal sealed record NetsplitField(string Servers, string Rid, string Nick)
{
    private const string Prefix = "s:";
    private const char Separator = '\0';

    /// <inheritdoc/>
    public override string ToString() => $"{Prefix}{Servers}{Separator}{Rid}{Separator}{Nick}";

    /// <summary>Reads a name; null for other fields.</summary>
    internal static NetsplitField? Parse(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name[Prefix.Length..].Split(Separator) is [var servers, var rid, var nick] ? new NetsplitField(servers, rid, nick) : null;
}
