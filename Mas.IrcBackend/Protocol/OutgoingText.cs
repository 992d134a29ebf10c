namespace Mas.IrcBackend.Protocol;

/// <summary>A part of a message that fits into a line.</summary>
/// <param name="Text">The text.</param>
/// <param name="Continues">Whether it continues the piece before without a line break.</param>
internal readonly record struct OutgoingPiece(string Text, bool Continues);

/// <summary>One message, and how it crosses the wire.</summary>
/// <param name="Body">The text; lines are separated by LF.</param>
/// <param name="Pieces">The lines on the wire.</param>
/// <param name="IsBatch">Whether they are sent as a batch (draft/multiline); else others see a message for each.</param>
internal sealed record OutgoingMessage(string Body, IReadOnlyList<OutgoingPiece> Pieces, bool IsBatch)
{
    // Only one batch is open at a time, so all have the same reference.
    private const string Reference = "m";

    /// <summary>The lines to send.</summary>
    internal IReadOnlyList<string> ToLines(string command, string target) => IsBatch
        ? [
            IrcLine.Of("BATCH", "+" + Reference, MultilineLimits.Capability, target),
            .. Pieces.Select(piece => IrcLine.Tagged(
                IrcLine.WithText(piece.Text, command, target),
                piece.Continues ? [new("batch", Reference), new(IncomingText.ConcatTag, "")] : [new("batch", Reference)])),
            IrcLine.Of("BATCH", "-" + Reference),
        ]
        : [.. Pieces.Select(piece => IrcLine.WithText(piece.Text, command, target))];

    /// <summary>Whether a line opens a multiline batch.</summary>
    internal static bool Opens(string line) => line.StartsWith("BATCH +", StringComparison.Ordinal) && line.Contains($" {MultilineLimits.Capability} ", StringComparison.Ordinal);

    /// <summary>Whether a line closes a batch.</summary>
    internal static bool Closes(string line) => line.StartsWith("BATCH -", StringComparison.Ordinal);
}

/// <summary>Turns text into messages: one where the server has draft/multiline, else one for each line.</summary>
internal static class OutgoingText
{
    /// <param name="text">The text.</param>
    /// <param name="split">Splits a line into pieces that fit into lines on the wire (<see cref="MessageSplitter"/>).</param>
    /// <param name="limits">The limits of a multiline message; null when the server takes single lines only.</param>
    /// <returns>The messages in order; none when the text has only line breaks.</returns>
    internal static IReadOnlyList<OutgoingMessage> Plan(string text, Func<string, IReadOnlyList<string>> split, MultilineLimits? limits)
    {
        var messages = new List<OutgoingMessage>();
        var together = new List<Line>();
        foreach (var body in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var line = new Line(body, body.Length == 0 ? [""] : split(body));
            if (limits is null || !Fits([line], limits))
            {
                Flush(together, messages);
                Flush([line], messages, isAlone: true);
                continue;
            }
            if (!Fits([.. together, line], limits))
                Flush(together, messages);
            together.Add(line);
        }
        Flush(together, messages);
        return messages;
    }

    private static bool Fits(List<Line> lines, MultilineLimits limits) =>
        lines.Sum(line => line.Bytes + 1) - 1 <= limits.MaxBytes && lines.Sum(line => line.Pieces.Count) <= limits.MaxLines;

    // Empty lines at the start and the end are dropped.
    private static void Flush(List<Line> lines, List<OutgoingMessage> messages, bool isAlone = false)
    {
        var first = lines.FindIndex(line => line.Body.Length > 0);
        if (first >= 0)
        {
            var said = lines[first..(lines.FindLastIndex(line => line.Body.Length > 0) + 1)];
            var pieces = said.SelectMany(line => line.Pieces.Select((piece, i) => new OutgoingPiece(piece, i > 0))).ToList();
            messages.Add(new OutgoingMessage(string.Join('\n', said.Select(line => line.Body)), pieces, pieces.Count > 1 && !isAlone));
        }
        lines.Clear();
    }

    private sealed record Line(string Body, IReadOnlyList<string> Pieces)
    {
        internal int Bytes { get; } = Pieces.Sum(piece => LineCharset.ByteCount(piece));
    }
}
