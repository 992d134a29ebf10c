namespace Mas.Server.WebClient;

/// <summary>A file of the web client as it is served: its content in each encoding that the build made, and its headers.</summary>
/// <param name="ContentType">The media type, with its charset.</param>
/// <param name="CacheControl">How long browsers may keep it without asking.</param>
/// <param name="ETag">Changes with the content; in quotes.</param>
/// <param name="Plain">The content as it is.</param>
/// <param name="Brotli">The content as <c>br</c>, where the build made that.</param>
/// <param name="Gzip">The content as <c>gzip</c>, where the build made that.</param>
internal sealed record WebClientFile(string ContentType, string CacheControl, string ETag, byte[] Plain, byte[]? Brotli, byte[]? Gzip)
{
    /// <summary>The content in the best encoding that the client takes, and that encoding's name; null for none.</summary>
    internal (byte[] Content, string? Encoding) For(string acceptEncoding)
    {
        if (Brotli is not null && Takes(acceptEncoding, "br"))
            return (Brotli, "br");
        return Gzip is not null && Takes(acceptEncoding, "gzip") ? (Gzip, "gzip") : (Plain, null);
    }

    /// <summary>Whether <c>Accept-Encoding</c> lists the encoding, other than with <c>q=0</c> (RFC 9110, 12.5.3).</summary>
    private static bool Takes(string acceptEncoding, string encoding)
    {
        foreach (var entry in acceptEncoding.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = entry.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0].Equals(encoding, StringComparison.OrdinalIgnoreCase))
                return parts.Length < 2 || parts[1].TrimEnd('0', '.') is not "q=";
        }
        return false;
    }
}
