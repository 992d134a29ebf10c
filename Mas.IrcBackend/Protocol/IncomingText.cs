using System.Text;

namespace Mas.IrcBackend.Protocol;

/// <summary>Something that was said: in one line, or in a batch of several (draft/multiline).</summary>
/// <param name="Carrier">Whose tags and source count for all of it: the line, or the batch's opening.</param>
/// <param name="Source">Who said it; null when nobody is named.</param>
/// <param name="Target">To whom: a channel, with a status perhaps, or a nick.</param>
/// <param name="Text">The text; lines are separated by LF.</param>
/// <param name="Pieces">The texts of its lines as they crossed the wire, without empty ones: what who knows no batches hears.</param>
public sealed record IncomingText(IrcMessage Carrier, IrcSource? Source, string Target, string Text, IReadOnlyList<string> Pieces)
{
    /// <summary>Marks a line that continues the one before it.</summary>
    public const string ConcatTag = "draft/multiline-concat";

    /// <summary>Its id on the network, or null.</summary>
    public string? Id => Carrier.Tag("msgid") is { Length: > 0 } id ? id : null;

    /// <summary>The id of what it answers, or null (<c>+reply</c>).</summary>
    public string? ReplyTo => (Carrier.Tag("+draft/reply") ?? Carrier.Tag("+reply")) is { Length: > 0 } id ? id : null;

    /// <summary>What a PRIVMSG or NOTICE says.</summary>
    public static IncomingText Of(IrcMessage message) => new(message, message.Source, message.Parameter(0), message.Last, [message.Last]);

    /// <summary>What a multiline batch says; null when it says nothing.</summary>
    public static IncomingText? Of(IrcBatch batch)
    {
        var text = new StringBuilder();
        var pieces = new List<string>();
        IrcMessage? first = null;
        foreach (var message in batch.Messages.Where(message => message.Command is "PRIVMSG" or "NOTICE" && message.Parameters.Count > 1))
        {
            if (first is not null && message.Tag(ConcatTag) is null)
            {
                text.Append('\n');
            }

            first ??= message;
            text.Append(message.Last);
            if (message.Last.Length > 0)
            {
                pieces.Add(message.Last);
            }
        }

        return first is null || pieces.Count == 0 ? null : new IncomingText(batch.Start, batch.Start.Source ?? first.Source, first.Parameter(0), text.ToString(), pieces);
    }
}
