
namespace Mas.IrcBackend.State;

/// <summary>
/// The msgids of what MAS users said. A message is posted when it is sent; its msgid comes later, with its echo. Replies, reactions
/// and redactions look it up. In memory and bounded: they come soon or not at all.
/// </summary>
internal sealed class EchoedMessages
{
    private const int MaxMessages = 10_000;
    private readonly Dictionary<(ConversationId Where, string Id), (UserId Author, string Text)> _known = [];
    private readonly Queue<(ConversationId Where, string Id)> _order = new();

    internal void Note(ConversationId where, string id, UserId author, string text)
    {
        lock (_known)
        {
            if (!_known.TryAdd((where, id), (author, text)))
                return;
            _order.Enqueue((where, id));
            if (_order.Count > MaxMessages)
                _known.Remove(_order.Dequeue());
        }
    }

    /// <summary>The author and text of a message, or null.</summary>
    internal (UserId Author, string Text)? Find(ConversationId where, string id)
    {
        lock (_known)
            return _known.TryGetValue((where, id), out var found) ? found : null;
    }
}
