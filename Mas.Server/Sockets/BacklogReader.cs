using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Server.Sockets;

/// <summary>
/// Finds what a session is to get of a window's history: the newest messages, or, of a window that the client has
/// (<c>cached</c>, <c>cachedUpto</c>), exactly what it missed, edits of older messages included.
/// </summary>
internal sealed class BacklogReader(ConversationHistory history, HistoryOptions options)
{
    /// <summary>Most clients that come back missed little: so much is read at once, and more only if needed.</summary>
    private const int FirstRead = 10;

    /// <summary>How much older than <c>cachedUpto</c> is sent again, seconds: gids of different conversations overtake each other.</summary>
    private const int RepeatedSeconds = 60;

    /// <summary>The first read, together with everything else of the window.</summary>
    internal Task<List<StoredMessage>> ReadNewestAsync(Window window, InitRequest init) => history.GetNewestAsync(
        window.ConversationId,
        init.Cached.ContainsKey(window.WindowId) ? FirstRead : init.CachedUpto is not null ? -1 : Math.Max(1, init.MaxBacklogMsgs));

    /// <summary>From when on messages are repeated to a client that gave one <c>cachedUpto</c> for all windows: a minute before that gid.</summary>
    internal static long RepeatFrom(IEnumerable<IReadOnlyList<StoredMessage>> windows, InitRequest init) => init.CachedUpto is { } upTo
        ? windows.SelectMany(messages => messages).Where(message => message.Message.Gid <= upTo).Select(message => message.Message.Ts).DefaultIfEmpty(0).Max() - RepeatedSeconds
        : 0;

    /// <summary>What to send, and the highest gid or rev that needs no repeating.</summary>
    internal async Task<(Backlog Backlog, long HeldUpTo)> CompleteAsync(
        Window window, Conversation conversation, IReadOnlyList<StoredMessage> newest, InitRequest init, long repeatFrom)
    {
        var messages = newest;
        if (init.Cached.TryGetValue(window.WindowId, out var cached))
        {
            // It must reach back to what the client has; and if there was an edit since, that may be anywhere.
            if (newest.Count == FirstRead && (newest[0].Message.Gid > cached || conversation.LastRev > cached))
                messages = await history.GetNewestAsync(window.ConversationId, -1);
            // What the client holds is not in the history: a replica took over that had not heard of it, and gids after it
            // may be given again. The client gets the window as if it had nothing.
            if (cached > Math.Max(HeldUpTo(), conversation.LastRev))
            {
                messages = await history.GetNewestAsync(window.ConversationId, init.MaxBacklogMsgs);
                return (new Backlog(window.WindowId, false, messages), HeldUpTo());
            }
            return (Missed(message => message.Order > cached, cached), HeldUpTo());
        }
        if (init.CachedUpto is { } upTo)
            return (Missed(message => message.Order > upTo || message.Ts >= repeatFrom, upTo), HeldUpTo());
        return (new Backlog(window.WindowId, false, init.MaxBacklogMsgs == 0 ? [] : messages), HeldUpTo());

        Backlog Missed(Func<ChatMessage, bool> isMissed, long has) => new(
            window.WindowId,
            Gap: messages.Count >= options.MaxMessages && messages[0].Message.Gid > has,
            [.. messages.Where(message => isMissed(message.Message))]);

        long HeldUpTo() => messages.Count > 0 ? messages.Max(message => message.Message.Order) : 0;
    }
}
