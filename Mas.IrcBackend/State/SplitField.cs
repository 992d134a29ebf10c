namespace Mas.IrcBackend.State;

/// <summary>The name of a field of a ledger (<c>irclines:</c>) that says of somebody that they went with a netsplit.</summary>
/// <param name="Servers">The two servers.</param>
/// <param name="Rid">The <c>rid</c> of the line that tells of it.</param>
/// <param name="Nick">Who, folded.</param>
internal sealed record SplitField(string Servers, string Rid, string Nick)
{
    private const string Prefix = "s:";
    private const char Separator = '\0';

    /// <inheritdoc/>
    public override string ToString() => $"{Prefix}{Servers}{Separator}{Rid}{Separator}{Nick}";

    /// <summary>Reads a name; null when it is that of anything else.</summary>
    internal static SplitField? Parse(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name[Prefix.Length..].Split(Separator) is [var servers, var rid, var nick] ? new SplitField(servers, rid, nick) : null;
}
