namespace Mas.IrcBackend.Protocol;

/// <summary>A part of a message that fits into a line.</summary>
/// <param name="Text">The text.</param>
/// <param name="Continues">Whether it goes on where the one before ended, without a line break.</param>
internal readonly record struct OutgoingPiece(string Text, bool Continues);

/// <summary>One message, and how it crosses the wire.</summary>
/// <param name="Body">What it says; lines are separated by LF.</param>
/// <param name="Pieces">Its lines on the wire.</param>
/// <param name="IsBatch">Whether they go as a batch (draft/multiline); else each is a message of its own to others.</param>
internal sealed record OutgoingMessage(string Body, IReadOnlyList<OutgoingPiece> Pieces, bool IsBatch)
{
    // Only one is open at any time, so all may have the same name.
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

    /// <summary>Whether a line opens a batch of ours.</summary>
    internal static bool Opens(string line) => line.StartsWith("BATCH +", StringComparison.Ordinal) && line.Contains($" {MultilineLimits.Capability} ", StringComparison.Ordinal);

    /// <summary>Whether a line closes one.</summary>
    internal static bool Closes(string line) => line.StartsWith("BATCH -", StringComparison.Ordinal);
}

/// <summary>Makes messages of a text: one where the server takes several lines as one, else one of each line.</summary>
internal static class OutgoingText
{
    /// <summary>Plans a text.</summary>
    /// <param name="text">What the user said.</param>
    /// <param name="split">Cuts a line into what fits into lines on the wire (<see cref="MessageSplitter"/>).</param>
    /// <param name="limits">What the server takes as one message; null when it takes single lines only.</param>
    /// <returns>The messages in order; none when the text has nothing but line breaks.</returns>
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

    // Empty lines stand between others, never at the ends: nothing is said with them.
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
