using System.Globalization;
using System.Text;

namespace Mas.IrcBackend.Protocol;

/// <summary>
/// Splits text into pieces that fit into a line even after the server has added the sender's full prefix to relay it; longer pieces
/// would be cut off.
/// </summary>
internal static class MessageSplitter
{
    private const string ActionStart = "\u0001ACTION ";
    private const string ActionEnd = "\u0001";

    /// <summary>Splits a text.</summary>
    /// <param name="text">The text. Each line becomes at least one piece; empty lines become none.</param>
    /// <param name="command">PRIVMSG, NOTICE …</param>
    /// <param name="target">The target as it will be written.</param>
    /// <param name="prefixBytes">The bytes of the <c>nick!user@host</c>, see <see cref="PrefixBytes"/>.</param>
    /// <param name="lineBytes">The bytes of a line, CR LF included: 512, or what LINELEN allows.</param>
    /// <param name="isAction">Whether it is an action; each piece then has its own CTCP wrapper.</param>
    /// <returns>
    /// The pieces, wrappers included, in order. Without wrappers and line breaks they concatenate to the text: a space at a cut stays at
    /// the end of its piece.
    /// </returns>
    internal static IReadOnlyList<string> Split(string text, string command, string target, int prefixBytes, int lineBytes = IrcLine.MaxBytes, bool isAction = false)
    {
        // ":prefix COMMAND target :piece\r\n"
        var around = 1 + prefixBytes + 1 + LineCharset.ByteCount(command) + 1 + LineCharset.ByteCount(target) + 2 + 2;
        var room = Math.Max(lineBytes - around - (isAction ? ActionStart.Length + ActionEnd.Length : 0), 4);
        var pieces = new List<string>();
        foreach (var line in text.EnumerateLines())
        {
            var clean = Clean(line);
            if (clean.Length > 0)
                SplitLine(clean, room, pieces);
        }
        return isAction ? pieces.ConvertAll(piece => ActionStart + piece + ActionEnd) : pieces;
    }

    /// <summary>
    /// The bytes of the prefix as the server will write it. Unknown parts count with the most that the server allows.
    /// </summary>
    internal static int PrefixBytes(string nick, string? user, string? host, ISupport support) =>
        LineCharset.ByteCount(nick)
        + 1 + (user is null ? support.UserLength + 1 : LineCharset.ByteCount(user))
        + 1 + (host is null ? support.HostLength : LineCharset.ByteCount(host));

    private static void SplitLine(string line, int room, List<string> pieces)
    {
        var start = 0;
        while (start < line.Length)
        {
            var length = Fit(line.AsSpan(start), room);
            pieces.Add(line.Substring(start, length));
            start += length;
        }
    }

    // The length of the next piece: all that is left, or up to the last space that fits, or as many graphemes as fit, or (for a
    // grapheme longer than a line) as many code points as fit.
    private static int Fit(ReadOnlySpan<char> rest, int room)
    {
        int length = 0, bytes = 0, afterSpace = 0;
        while (length < rest.Length)
        {
            var grapheme = rest.Slice(length, StringInfo.GetNextTextElementLength(rest[length..]));
            bytes += LineCharset.ByteCount(grapheme);
            if (bytes > room)
                return afterSpace > 0 ? afterSpace : length > 0 ? length : FitRunes(grapheme, room);
            length += grapheme.Length;
            if (grapheme is " ")
                afterSpace = length;
        }
        return length;
    }

    private static int FitRunes(ReadOnlySpan<char> grapheme, int room)
    {
        int length = 0, bytes = 0;
        foreach (var rune in grapheme.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > room)
                break;
            length += rune.Utf16SequenceLength;
        }
        return Math.Max(length, 1);
    }

    // NUL may not be in a line; a lone surrogate is no character and becomes U+FFFD.
    private static string Clean(ReadOnlySpan<char> line)
    {
        var clean = new StringBuilder(line.Length);
        foreach (var rune in line.EnumerateRunes())
        {
            if (rune.Value != 0)
                clean.Append(rune.ToString());
        }
        return clean.ToString();
    }

    // Not string.EnumerateLines, which also breaks at form feeds and U+2028, which IRC carries.
    private static string[] EnumerateLines(this string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\r', '\n');
}
