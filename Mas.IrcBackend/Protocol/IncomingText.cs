using System.Text;

namespace Mas.IrcBackend.Protocol;

/// <summary>The text of a PRIVMSG or NOTICE, or of a batch of them (draft/multiline).</summary>
/// <param name="Carrier">The line, or the batch's first line, whose tags count for all of the text.</param>
/// <param name="Source">The sender; null when none is named.</param>
/// <param name="Target">A channel, with a status prefix perhaps, or a nick.</param>
/// <param name="Text">The text; lines are separated by LF.</param>
/// <param name="Pieces">The texts of the lines without empty ones: what a connection without draft/multiline hears.</param>
internal sealed record IncomingText(IrcMessage Carrier, IrcSource? Source, string Target, string Text, IReadOnlyList<string> Pieces)
{
    /// <summary>Marks a line that continues the one before it.</summary>
    internal const string ConcatTag = "draft/multiline-concat";

    /// <summary>The CTCP message in the text, or null.</summary>
    internal Ctcp? Ctcp { get; } = Ctcp.Parse(Text);

    /// <summary>The text without the CTCP wrapper.</summary>
    internal string Content => Ctcp?.Text ?? Text;

    /// <summary>The <c>msgid</c>, or null.</summary>
    internal string? Id => Carrier.Tag("msgid") is { Length: > 0 } id ? id : null;

    /// <summary>The <c>msgid</c> of the message that it replies to, or null.</summary>
    internal string? ReplyTo => ReplyToOf(Carrier);

    /// <summary>The <c>msgid</c> of the message that a line replies to (<c>+reply</c>), or null.</summary>
    internal static string? ReplyToOf(IrcMessage message) => (message.Tag("+draft/reply") ?? message.Tag("+reply")) is { Length: > 0 } id ? id : null;

    /// <summary>The text of a PRIVMSG or NOTICE.</summary>
    internal static IncomingText Of(IrcMessage message) => new(message, message.Source, message.Parameter(0), message.Last, [message.Last]);

    /// <summary>The text of a multiline batch; null when it has none.</summary>
    internal static IncomingText? Of(IrcBatch batch)
    {
        var text = new StringBuilder();
        var pieces = new List<string>();
        IrcMessage? first = null;
        foreach (var message in batch.Messages.Where(message => message.Command is "PRIVMSG" or "NOTICE" && message.Parameters.Count > 1))
        {
            if (first is not null && message.Tag(ConcatTag) is null)
                text.Append('\n');
            first ??= message;
            text.Append(message.Last);
            if (message.Last.Length > 0)
                pieces.Add(message.Last);
        }
        return first is null || pieces.Count == 0 ? null : new IncomingText(batch.Start, batch.Start.Source ?? first.Source, first.Parameter(0), text.ToString(), pieces);
    }
}
