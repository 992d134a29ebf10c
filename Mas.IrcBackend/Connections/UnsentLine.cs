using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Connections;

/// <summary>A line that waits to be sent.</summary>
/// <param name="Line">The line.</param>
/// <param name="ConversationId">Where to report that it was not sent; null when nobody typed it.</param>
/// <param name="SentWith">The line whose sending completes it: for a line of a batch, the batch's last.</param>
/// <param name="Rid">The rid of the event that reports it as not sent.</param>
internal sealed record UnsentLine(string Line, long? ConversationId, string SentWith, string Rid)
{
    /// <summary>The lines of an order.</summary>
    internal static IEnumerable<UnsentLine> Of(SendOrder order)
    {
        string? closing = null;
        for (var i = 0; i < order.Lines.Count; i++)
        {
            var line = order.Lines[i];
            var opens = OutgoingMessage.Opens(line);
            if (opens)
                closing = order.Lines.Skip(i).FirstOrDefault(OutgoingMessage.Closes);
            // Nobody typed what opens and closes a batch.
            yield return new UnsentLine(line, opens || OutgoingMessage.Closes(line) ? null : order.ConversationId, closing ?? line, order.UnsentRid(i));
            if (ReferenceEquals(line, closing))
                closing = null;
        }
    }
}
