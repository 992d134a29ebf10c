using System.Text.RegularExpressions;

namespace Mas.IrcBackend.Protocol.Session;

/// <summary>Recognises bans in the text of an ERROR; the protocol has no code for them.</summary>
internal static partial class BanNotice
{
    /// <summary>Whether the text names a ban, or a line that makes one (K-line, G-line, Z-line, AKILL …).</summary>
    internal static bool IsBan(string text) => Words().IsMatch(text);

    [GeneratedRegex(@"\b(banned|bann?|[adegkqrz]{1,2}[- :]?lined?|auto-?kill(ed)?|akill(ed)?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
