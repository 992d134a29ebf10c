using Mas.Core.Model;

namespace Mas.IrcBackend.State;

/// <summary>
/// The network's ids of what users of this MAS said: it is posted before the network has named it, and only its echo tells.
/// In memory and bounded, since it serves what is said a moment later: answers, reactions, redactions.
/// </summary>
internal sealed class EchoedMessages
{
    private const int Most = 10_000;
    private readonly Dictionary<(ConversationId Where, string Id), (UserId Author, string Text)> _known = [];
    private readonly Queue<(ConversationId Where, string Id)> _order = new();

    /// <summary>Notes an echo.</summary>
    internal void Note(ConversationId where, string id, UserId author, string text)
    {
        lock (_known)
        {
            if (!_known.TryAdd((where, id), (author, text)))
                return;
            _order.Enqueue((where, id));
            if (_order.Count > Most)
                _known.Remove(_order.Dequeue());
        }
    }

    /// <summary>Who said what under this id, or null.</summary>
    internal (UserId Author, string Text)? Find(ConversationId where, string id)
    {
        lock (_known)
            return _known.TryGetValue((where, id), out var found) ? found : null;
    }
}
