namespace Mas.IrcBackend.Protocol;

/// <summary>
/// The last guard before the socket: some servers disconnect who sends a line that is too long. Texts are split long
/// before; this cuts what a user typed raw.
/// </summary>
internal static class LineLimit
{
    /// <summary>Cuts an encoded line, without CR LF, to what a server takes.</summary>
    /// <param name="line">The line.</param>
    /// <param name="lineBytes">The bytes that a line may have behind its tags, CR LF included.</param>
    internal static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> line, int lineBytes)
    {
        var tags = line is [(byte)'@', ..] && line.IndexOf((byte)' ') is var space and > 0 ? space + 1 : 0;
        var end = tags + lineBytes - 2;
        if (line.Length <= end)
            return line;
        // Not inside a UTF-8 character: bytes 10xxxxxx continue one. Four of them in a row are none.
        var cut = end;
        while (cut > end - 4 && (line[cut] & 0xC0) == 0x80)
            cut--;
        return line[..(cut > end - 4 ? cut : end)];
    }
}
