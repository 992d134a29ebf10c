using System.Text.RegularExpressions;

namespace Mas.IrcBackend.Protocol.Session;

/// <summary>Reads in an ERROR's text whether it is a ban; servers have no code for it, only words.</summary>
internal static partial class BanNotice
{
    /// <summary>Whether the text speaks of a ban or one of the lines that make one (K-line, G-line, Z-line, AKILL …).</summary>
    internal static bool IsBan(string text) => Words().IsMatch(text);

    [GeneratedRegex(@"\b(banned|bann?|[adegkqrz]{1,2}[- :]?lined?|auto-?kill(ed)?|akill(ed)?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
