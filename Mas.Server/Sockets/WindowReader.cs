using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Server.Sockets;

/// <summary>Reads the windows of a session that starts, and makes it listen to their conversations.</summary>
internal sealed class WindowReader(Sessions sessions, UserWindows windows, Conversations conversations, BacklogReader backlogs)
{
    internal async Task<List<WindowView>> ReadAsync(SessionRef session, InitRequest init)
    {
        var user = session.UserId;
        var ids = await windows.GetIdsAsync(user);
        var found = (await Task.WhenAll(ids.Select(id => windows.FindAsync(user, id)))).OfType<Window>().ToList();
        // First listening, then reading: so no message is missed in between.
        await Task.WhenAll(found.Select(window => sessions.ListenAsync(window.ConversationId, session, window.WindowId)));
        var again = Task.WhenAll(found.Select(window => windows.FindAsync(user, window.WindowId)));
        var members = Task.WhenAll(found.Select(window => conversations.GetMembersAsync(window.ConversationId)));
        var newest = Task.WhenAll(found.Select(window => backlogs.ReadNewestAsync(window, init)));
        await Task.WhenAll(again, members, newest);
        // After the histories: lastrev then tells of every edit that they may have missed.
        var records = await Task.WhenAll(found.Select(window => conversations.FindAsync(window.ConversationId)));

        var views = new List<WindowView>(found.Count);
        for (var i = 0; i < found.Count; i++)
        {
            var conversation = records[i];
            if (again.Result[i] is not { } window || conversation is null || !members.Result[i].ContainsKey(user))
            {
                // Closed, or kicked, while this session started: the worker may have read the listeners before this one was added.
                await sessions.UnlistenAsync(found[i].ConversationId, session);
                continue;
            }
            window = window with { Peer = conversation.PeerOf(user, members.Result[i].Keys) };
            views.Add(new WindowView(window, conversation, members.Result[i], new Backlog(window.WindowId, false, newest.Result[i]), 0));
        }
        var repeatFrom = BacklogReader.RepeatFrom(views.Select(view => view.Backlog.Messages), init);
        return [.. await Task.WhenAll(views.Select(async view =>
        {
            var (backlog, heldUpTo) = await backlogs.CompleteAsync(view.Window, view.Conversation, view.Backlog.Messages, init, repeatFrom);
            return view with { Backlog = backlog, HeldUpTo = heldUpTo };
        }))];
    }
}

/// <summary>A window as a session begins with it.</summary>
/// <param name="Window">The user's own of it.</param>
/// <param name="Conversation">What it shows.</param>
/// <param name="Members">All members and their roles.</param>
/// <param name="Backlog">The messages to send.</param>
/// <param name="HeldUpTo">The highest gid or rev that needs no repeating.</param>
internal sealed record WindowView(
    Window Window, Conversation Conversation, IReadOnlyDictionary<UserId, string> Members, Backlog Backlog, long HeldUpTo);
