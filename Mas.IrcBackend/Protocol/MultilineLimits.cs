using System.Globalization;

namespace Mas.IrcBackend.Protocol;

/// <summary>What a server takes as one message of several lines (the value of draft/multiline).</summary>
/// <param name="MaxBytes">The most bytes of the whole text, a line break counted as one.</param>
/// <param name="MaxLines">The most lines on the wire.</param>
internal sealed record MultilineLimits(int MaxBytes, int MaxLines)
{
    /// <summary>The capability.</summary>
    internal const string Capability = "draft/multiline";

    // A batch goes out at once, so it should not be longer than what a server that names no limit lets through.
    private const int DefaultLines = 20;
    private const int LineCap = 100;

    /// <summary>Reads a value such as <c>max-bytes=4096,max-lines=24</c>; null when it lacks the bytes, which it must name.</summary>
    internal static MultilineLimits? Parse(string value)
    {
        int? bytes = null, lines = null;
        foreach (var token in value.Split(','))
        {
            if (token.Split('=', 2) is [var name, var text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
                (bytes, lines) = name switch { "max-bytes" => (number, lines), "max-lines" => (bytes, number), _ => (bytes, lines) };
        }
        return bytes is { } most ? new MultilineLimits(most, Math.Min(lines ?? DefaultLines, LineCap)) : null;
    }
}
