using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Connections;

/// <summary>A line that waits to be sent.</summary>
/// <param name="Line">The line.</param>
/// <param name="ConversationId">Where to say that it was not sent; null when nobody typed it.</param>
/// <param name="SentWith">With which line it is sent: of a batch, which counts only when it is closed, its last.</param>
/// <param name="Rid">Names what is told when it is not sent.</param>
internal sealed record Unsent(string Line, long? ConversationId, string SentWith, string Rid)
{
    /// <summary>The lines of an order.</summary>
    internal static IEnumerable<Unsent> Of(SendOrder order)
    {
        string? closing = null;
        for (var i = 0; i < order.Lines.Count; i++)
        {
            var line = order.Lines[i];
            var opens = OutgoingMessage.Opens(line);
            if (opens)
                closing = order.Lines.Skip(i).FirstOrDefault(OutgoingMessage.Closes);
            // What opens and closes a batch is nothing that anybody typed.
            yield return new Unsent(line, opens || OutgoingMessage.Closes(line) ? null : order.ConversationId, closing ?? line, order.UnsentRid(i));
            if (ReferenceEquals(line, closing))
                closing = null;
        }
    }
}
