using System.Text;
using System.Text.Unicode;

namespace Mas.IrcBackend.Protocol;

/// <summary>
/// Decodes and encodes complete lines. IRC names no charset: a line that is valid UTF-8 is UTF-8, others are in the network's fallback.
/// </summary>
internal sealed class LineCharset
{
    private readonly Encoding _fallback;
    private readonly Encoding _strictFallback;

    static LineCharset() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <param name="fallback">A charset's name, <c>ISO-8859-15</c> for example.</param>
    /// <param name="sendsFallback">Whether texts are sent in the fallback when it has all of their characters.</param>
    /// <exception cref="ArgumentException">There is no such charset.</exception>
    public LineCharset(string fallback = DefaultFallback, bool sendsFallback = false)
    {
        _fallback = Encoding.GetEncoding(fallback);
        _strictFallback = Encoding.GetEncoding(fallback, EncoderFallback.ExceptionFallback, DecoderFallback.ReplacementFallback);
        SendsFallback = sendsFallback;
    }

    /// <summary>The default fallback.</summary>
    internal const string DefaultFallback = "ISO-8859-15";

    /// <summary>Whether texts are sent in the fallback when it has all of their characters.</summary>
    internal bool SendsFallback { get; }

    /// <summary>Decodes a line; never fails.</summary>
    internal string Decode(ReadOnlySpan<byte> line)
    {
        if (Utf8.IsValid(line))
            return Encoding.UTF8.GetString(line);
        // A server that cuts long lines at 510 bytes may cut inside the last character.
        var whole = WithoutCutCharacter(line);
        return whole.Length < line.Length && !Ascii.IsValid(whole) && Utf8.IsValid(whole)
            ? Encoding.UTF8.GetString(whole)
            : _fallback.GetString(line);
    }

    /// <summary>Encodes a line; a lone surrogate becomes U+FFFD.</summary>
    /// <param name="line">The line.</param>
    /// <param name="utf8Only">Whether the server takes nothing but UTF-8 (ISUPPORT UTF8ONLY).</param>
    internal byte[] Encode(string line, bool utf8Only = false)
    {
        if (SendsFallback && !utf8Only)
        {
            try
            {
                return _strictFallback.GetBytes(line);
            }
            catch (EncoderFallbackException)
            {
                // The fallback lacks a character: UTF-8 then.
            }
        }
        return Encoding.UTF8.GetBytes(line);
    }

    /// <summary>The most bytes that a text takes when it is sent.</summary>
    internal static int ByteCount(ReadOnlySpan<char> text) => Encoding.UTF8.GetByteCount(text);

    private static ReadOnlySpan<byte> WithoutCutCharacter(ReadOnlySpan<byte> line)
    {
        for (var length = 1; length <= 3 && length <= line.Length; length++)
        {
            var first = line[^length];
            if (first >= 0xC2)
            {
                var needs = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
                return needs > length ? line[..^length] : line;
            }
            if (first is < 0x80 or >= 0xC0)
                break;
        }
        return line;
    }
}
