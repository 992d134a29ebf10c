using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Server.Sockets;

/// <summary>
/// What a session begins with: the user's view, read after the session was registered, in pipelined rounds that are as
/// many for a hundred windows as for one.
/// </summary>
internal sealed class SessionSnapshot(
    RedisConnection redis, Sessions sessions, UserWindows windows, Conversations conversations, BacklogReader backlogs,
    UserCards cards, Friends friends, Settings settings, Alerts alerts)
{
    /// <summary>Reads what is to be sent: INIT_OK and everything up to FINISH_INIT.</summary>
    /// <returns>That; and for each window the highest gid or rev that it holds, or holds back: what the outbox repeats of it is dropped.</returns>
    /// <exception cref="ReplicasMissingException">Some of it may be lost with its master, and is not to be shown.</exception>
    internal async Task<(List<byte[]> Entries, IReadOnlyDictionary<int, long> Held)> ReadAsync(SocketSession session, InitRequest init)
    {
        var since = redis.WriteGeneration;
        var user = session.User;
        var friendIds = friends.GetAsync(user);
        var requests = friends.GetRequestsAsync(user);
        var ownSettings = settings.GetAsync(user);
        var openAlerts = alerts.GetAsync(user);
        var networks = GetNetworksAsync(user);
        var views = await GetWindowsAsync(session, init);
        await Task.WhenAll(friendIds, requests, ownSettings, openAlerts, networks);
        var friendStates = await friends.GetStatesAsync(friendIds.Result);

        var entries = new List<byte[]> { Notifications.InitOk(init.ReqId, session.Ref, init.MaxBacklogMsgs) };
        entries.Add(await IntroduceAsync(session.Ref, views, friendIds.Result, requests.Result));
        entries.Add(Notifications.UpdateSettings(ownSettings.Result));
        entries.Add(Notifications.UpdateNetworks(networks.Result));
        entries.Add(Notifications.UpdateFriends(reset: true, friendStates));
        if (requests.Result.Length > 0)
            entries.Add(Notifications.ConfirmFriends(requests.Result));
        foreach (var (id, message) in openAlerts.Result)
            entries.Add(Notifications.AddAlert(id, message));
        foreach (var view in views)
        {
            entries.Add(Notifications.AddWindow(view.Window, view.Conversation, view.Members[user]));
            entries.Add(Notifications.UpdateMembers(view.Window.WindowId, reset: true, view.Members));
        }
        foreach (var some in views.Where(view => view.Backlog.Gap || view.Backlog.Messages.Count > 0).Select(view => view.Backlog).Chunk(10))
            entries.Add(Notifications.AddMessages(some));
        entries.Add(Notifications.FinishInit());
        // What goes with a master must not have been shown: the client goes on from what it holds, and would keep it.
        await redis.ConfirmWritesAsync(since);
        return (entries, views.ToDictionary(view => view.Window.WindowId, view => view.HeldUpTo));
    }

    /// <summary>Sends it, as quickly as the client reads.</summary>
    internal static async Task SendAsync(SocketSession session, List<byte[]> entries)
    {
        for (var from = 0; from < entries.Count;)
        {
            var count = Frames.Fit(entries, from);
            var (buffer, length) = Frames.Rent(entries, from, count);
            try
            {
                if (!await session.SendFrameAsync(buffer.AsMemory(0, length)))
                    return;
            }
            finally
            {
                System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
            }
            from += count;
        }
    }

    private async Task<List<View>> GetWindowsAsync(SocketSession session, InitRequest init)
    {
        var user = session.User;
        var ids = await windows.GetIdsAsync(user);
        var found = (await Task.WhenAll(ids.Select(id => windows.FindAsync(user, id)))).OfType<Window>().ToList();
        // First listening, then reading: nothing falls between the two.
        await Task.WhenAll(found.Select(window => sessions.ListenAsync(window.ConversationId, session.Ref, window.WindowId)));
        var again = Task.WhenAll(found.Select(window => windows.FindAsync(user, window.WindowId)));
        var members = Task.WhenAll(found.Select(window => conversations.GetMembersAsync(window.ConversationId)));
        var newest = Task.WhenAll(found.Select(window => backlogs.ReadNewestAsync(window, init)));
        await Task.WhenAll(again, members, newest);
        // Behind the histories: an edit that is older than their newest message is then told of by lastrev.
        var records = await Task.WhenAll(found.Select(window => conversations.FindAsync(window.ConversationId)));

        var views = new List<View>(found.Count);
        for (var i = 0; i < found.Count; i++)
        {
            var conversation = records[i];
            if (again.Result[i] is not { } window || conversation is null || !members.Result[i].ContainsKey(user))
            {
                // Closed, or kicked, while this session started: whoever did that may have looked before we listened.
                await sessions.UnlistenAsync(found[i].ConversationId, session.Ref);
                continue;
            }
            window = window with { Peer = conversation.PeerOf(user, members.Result[i].Keys) };
            session.RememberTarget(window.WindowId, new WindowTarget(conversation.Id, conversation.Network, conversation.IsGroup));
            views.Add(new View(window, conversation, members.Result[i], new Backlog(window.WindowId, false, newest.Result[i]), 0));
        }
        var repeatFrom = BacklogReader.RepeatFrom(views.Select(view => view.Backlog.Messages), init);
        return [.. await Task.WhenAll(views.Select(async view =>
        {
            var (backlog, heldUpTo) = await backlogs.CompleteAsync(view.Window, view.Conversation, view.Backlog.Messages, init, repeatFrom);
            return view with { Backlog = backlog, HeldUpTo = heldUpTo };
        }))];
    }

    /// <summary>ADD_USERS for everybody whom the snapshot mentions, the user first; Redis notes it for those who push later.</summary>
    private async Task<byte[]> IntroduceAsync(SessionRef session, List<View> views, UserId[] friendIds, UserId[] requests)
    {
        var mentioned = views
            .SelectMany(view => view.Members.Keys.Concat(view.Backlog.Messages.Select(message => message.Message.UserId)))
            .Concat(friendIds).Concat(requests).Prepend(session.UserId).Distinct().ToList();
        var known = redis.Database.SetAddAsync(RedisKeys.SessionKnownUserIds(session), [.. mentioned.Select(id => (RedisValue)id.Value)]);
        var found = await cards.GetAsync(mentioned);
        await known;
        return Notifications.AddUsers(mentioned, found);
    }

    private async Task<List<NetworkState>> GetNetworksAsync(UserId user)
    {
        var nick = redis.Database.HashGetAsync(RedisKeys.User(user), "nick");
        var names = await redis.Database.SetMembersAsync(RedisKeys.NetworkList);
        var states = new List<NetworkState> { new(Networks.Mas, "connected", (string?)await nick ?? "") };
        foreach (var name in names.Select(name => (string)name!).Where(name => name != Networks.Mas).Order(StringComparer.OrdinalIgnoreCase))
        {
            var values = await redis.Database.HashGetAsync(RedisKeys.Network(user, name), ["state", "currentnick"]);
            states.Add(new NetworkState(name, (string?)values[0] ?? "disconnected", (string?)values[1] ?? ""));
        }
        return states;
    }

    private sealed record View(Window Window, Conversation Conversation, IReadOnlyDictionary<UserId, string> Members, Backlog Backlog, long HeldUpTo);
}
