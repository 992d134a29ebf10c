using System.Globalization;

namespace Mas.IrcBackend.Bridge;

/// <summary>The id of a connection's line or event, and the <c>rid</c> of the message that it posts.</summary>
/// <param name="Network">The network.</param>
/// <param name="User">Whose connection.</param>
/// <param name="Generation">The number of the connection.</param>
/// <param name="Seq">Its place among the lines and events of that connection.</param>
internal readonly record struct LineId(string Network, string User, long Generation, long Seq)
{
    private const string Prefix = "irc:";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Network}:{User}:{Generation}:{Seq}");

    /// <summary>Reads an id; false for other rids.</summary>
    internal static bool TryParse(string? text, out LineId rid)
    {
        rid = default;
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal) || text.Split(':') is not [_, _, .., var user, var generation, var seq] parts || parts.Length < 5
            || !long.TryParse(generation, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || !long.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out var place))
            return false;
        rid = new LineId(string.Join(':', parts[1..^3]), user, number, place);
        return true;
    }
}
