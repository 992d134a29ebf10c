namespace Mas.IrcBackend.Protocol;

/// <summary>
/// Cuts overlong lines before they are sent: some servers disconnect for them. Texts are split earlier; this is for raw lines that a
/// user typed.
/// </summary>
internal static class LineLimit
{
    /// <summary>Cuts an encoded line, without CR LF, to what a server takes.</summary>
    /// <param name="line">The line.</param>
    /// <param name="lineBytes">The most bytes of a line without its tags, CR LF included.</param>
    internal static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> line, int lineBytes)
    {
        var tags = line is [(byte)'@', ..] && line.IndexOf((byte)' ') is var space and > 0 ? space + 1 : 0;
        var end = tags + lineBytes - 2;
        if (line.Length <= end)
            return line;
        // Not inside a UTF-8 character, which bytes 10xxxxxx continue; four of those in a row are not UTF-8.
        var cut = end;
        while (cut > end - 4 && (line[cut] & 0xC0) == 0x80)
            cut--;
        return line[..(cut > end - 4 ? cut : end)];
    }
}
