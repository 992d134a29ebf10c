using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Protocol;

/// <summary>
/// Makes and removes users' windows, and tells their sessions, for the worker that writes the conversation. Each step may be
/// run again after a crash: the window's id is claimed in <c>index:windowIds</c> first, and given up there last. What says
/// who hears of a conversation is fenced; of an earlier holder who stopped behind that check a window without a membership
/// may be left, which nobody is shown, and which the next JOIN takes.
/// </summary>
public sealed class WindowLifecycle(
    RedisConnection redis, Conversations conversations, ConversationHistory history, UserWindows windows, Sessions sessions, HistoryOptions options)
{
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>Gives the user a window of the conversation, unless there is one, and tells the user's sessions all that it shows.</summary>
    /// <returns>The windowId.</returns>
    public async Task<int> OpenAsync(UserId user, Conversation conversation, FencingToken fence, Delivery delivery)
    {
        var listeners = RedisKeys.ConversationSessions(conversation.Id);
        await fence.ExecuteAsync("EXISTS", listeners);
        var newest = history.GetNewestAsync(conversation.Id, 1);
        var windowId = await ClaimIdAsync(user, conversation.Id);
        // What was said before is no news to whoever comes, or comes back.
        var seen = (await newest).LastOrDefault()?.Message.Gid ?? 0;
        var window = new Window(windowId, conversation.Id, null, false, true, true, 0, seen);
        // A window that is there keeps its settings.
        await Task.WhenAll(window.ToHash().Select(field =>
            _database.HashSetAsync(RedisKeys.Window(user, windowId), field.Name, field.Value, When.NotExists)));
        // windowlist before sessionlist: a session that starts now does it the other way round, so one of us sees the other.
        await _database.SetAddAsync(RedisKeys.WindowList(user), windowId);
        var live = await sessions.GetAsync(user);
        if (live.Length == 0)
            return windowId;
        // Announced before it is listened for: were this broken off in between the other way round, a session would be told
        // of messages in a window that it has never heard of.
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

    /// <summary>Takes the user's window of the conversation away. What <paramref name="delivery"/> holds is told when this returns.</summary>
    public async Task RemoveAsync(UserId user, ConversationId conversation, FencingToken fence, Delivery delivery)
    {
        if (await windows.FindWindowIdAsync(user, conversation) is not { } windowId)
            return;
        var listeners = RedisKeys.ConversationSessions(conversation);
        await fence.ExecuteAsync("EXISTS", listeners);
        await _database.SetRemoveAsync(RedisKeys.WindowList(user), windowId);
        await _database.KeyDeleteAsync(RedisKeys.Window(user, windowId));
        // Those that listen, and not only those that are listed: who ends a session looks for what it listens to in
        // windowlist, and the window is not there any more.
        var listed = sessions.GetAsync(user);
        var listening = (await conversations.GetLiveSessionsAsync(conversation)).Select(live => live.Session).Where(session => session.UserId == user).ToArray();
        var all = (await listed).Union(listening).ToArray();
        if (all.Length > 0)
            await fence.ExecuteAsync("HDEL", listeners, [.. all.Select(session => (RedisValue)session.ToString())]);
        var entry = Notifications.DeleteWindow(windowId);
        foreach (var session in all)
            delivery.Add(session, entry);
        // Told before the index forgets the window: who does this again after a crash would not find what to tell of.
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

    /// <summary>What an announced window holds; read when its sessions hear of all that is new.</summary>
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
