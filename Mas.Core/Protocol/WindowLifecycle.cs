using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Protocol;

/// <summary>
/// Opens and removes users' windows, and tells their sessions, for the worker that writes the conversation. Each step can be
/// repeated after a crash: the window's id is claimed in <c>index:windowIds</c> first and released there last. The list of live
/// sessions is fenced. A holder that lost its lease may leave a window without a membership; no session shows it, and the next
/// JOIN reuses it.
/// </summary>
public sealed class WindowLifecycle(
    RedisConnection redis, Conversations conversations, ConversationHistory history, UserWindows windows, Sessions sessions, HistoryOptions options)
{
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>Opens the user's window of the conversation, if it is missing, and sends its contents to the user's sessions.</summary>
    /// <returns>The windowId.</returns>
    public async Task<int> OpenAsync(UserId user, Conversation conversation, FencingToken fence, Delivery delivery)
    {
        var listeners = RedisKeys.ConversationSessions(conversation.Id);
        await fence.ExecuteAsync("EXISTS", listeners);
        var newest = history.GetNewestAsync(conversation.Id, 1);
        var windowId = await ClaimIdAsync(user, conversation.Id);
        // Messages from before the window was opened count as read.
        var seen = (await newest).LastOrDefault()?.Message.Gid ?? 0;
        var window = new Window(windowId, conversation.Id, null, false, true, true, 0, seen);
        // A window that is there keeps its settings.
        await Task.WhenAll(window.ToHash().Select(field =>
            _database.HashSetAsync(RedisKeys.Window(user, windowId), field.Name, field.Value, When.NotExists)));
        // windowlist before sessionlist: a session that starts now uses the other order, so one of the two sees the other.
        await _database.SetAddAsync(RedisKeys.WindowList(user), windowId);
        var live = await sessions.GetAsync(user);
        if (live.Length == 0)
            return windowId;
        // Announced before the subscription: after a crash in between, the other order would send messages of an unknown window.
        await AnnounceAsync(user, windowId, conversation, live, delivery);
        await fence.ExecuteAsync("HSET", listeners, [.. live.SelectMany(session => new RedisValue[] { session.ToString(), windowId })]);
        foreach (var session in live)
        {
            if (!await sessions.IsListedAsync(session))
                await fence.ExecuteAsync("HDEL", listeners, session.ToString());
        }
        await FillAsync(windowId, conversation, live, delivery);
        return windowId;
    }

    /// <summary>Removes the user's window of the conversation, and flushes <paramref name="delivery"/>.</summary>
    public async Task RemoveAsync(UserId user, ConversationId conversation, FencingToken fence, Delivery delivery)
    {
        if (await windows.FindWindowIdAsync(user, conversation) is not { } windowId)
            return;
        var listeners = RedisKeys.ConversationSessions(conversation);
        await fence.ExecuteAsync("EXISTS", listeners);
        await _database.SetRemoveAsync(RedisKeys.WindowList(user), windowId);
        await _database.KeyDeleteAsync(RedisKeys.Window(user, windowId));
        // Subscribed sessions too, not only listed ones: a session's end finds its subscriptions through windowlist, which has
        // lost the window by now.
        var listed = sessions.GetAsync(user);
        var listening = (await conversations.GetLiveSessionsAsync(conversation)).Select(live => live.Session).Where(session => session.UserId == user).ToArray();
        var all = (await listed).Union(listening).ToArray();
        if (all.Length > 0)
            await fence.ExecuteAsync("HDEL", listeners, [.. all.Select(session => (RedisValue)session.ToString())]);
        var entry = Notifications.DeleteWindow(windowId);
        foreach (var session in all)
            delivery.Add(session, entry);
        // Delivered before the index entry goes: a repetition after a crash finds the window there.
        await delivery.FlushAsync();
        await _database.RemoveFieldAsync(RedisKeys.WindowIndex, RedisKeys.WindowIndexField(user, conversation), windowId);
    }

    private async Task<int> ClaimIdAsync(UserId user, ConversationId conversation)
    {
        if (await windows.FindWindowIdAsync(user, conversation) is { } existing)
            return existing;
        int windowId;
        do
            windowId = (int)await redis.DrawNewAsync(RedisKeys.User(user), "nextwindowid");
        while (await _database.KeyExistsAsync(RedisKeys.Window(user, windowId)));  // Only after the counter went back.
        var field = RedisKeys.WindowIndexField(user, conversation);
        if (await _database.HashSetAsync(RedisKeys.WindowIndex, field, windowId, When.NotExists))
            return windowId;
        return (int)(await _database.HashGetAsync(RedisKeys.WindowIndex, field)).LongOr(windowId);
    }

    private async Task AnnounceAsync(UserId user, int windowId, Conversation conversation, SessionRef[] live, Delivery delivery)
    {
        var members = conversations.GetMembersAsync(conversation.Id);
        var stored = windows.FindAsync(user, windowId);
        await Task.WhenAll(members, stored);
        if (stored.Result is not { } window)
            return;
        window = window with { Peer = conversation.PeerOf(user, members.Result.Keys) };
        var entry = Notifications.AddWindow(window, conversation, members.Result.GetValueOrDefault(user, Roles.User));
        foreach (var session in live)
        {
            if (window.Peer is { } peer)
                delivery.Mention(session, peer);
            delivery.Add(session, entry);
        }
        await delivery.FlushAsync();
    }

    /// <summary>Sends the contents of an announced window; read after its sessions were subscribed.</summary>
    private async Task FillAsync(int windowId, Conversation conversation, SessionRef[] live, Delivery delivery)
    {
        var members = conversations.GetMembersAsync(conversation.Id);
        var messages = history.GetNewestAsync(conversation.Id, options.Backlog);
        await Task.WhenAll(members, messages);
        byte[][] entries =
        [
            Notifications.UpdateMembers(windowId, reset: true, members.Result),
            Notifications.AddMessages([new Backlog(windowId, false, messages.Result)]),
        ];
        var mentioned = members.Result.Keys.Concat(messages.Result.Select(message => message.Message.UserId)).Distinct().ToList();
        foreach (var session in live)
        {
            foreach (var other in mentioned)
                delivery.Mention(session, other);
            foreach (var entry in entries)
                delivery.Add(session, entry);
        }
    }
}
