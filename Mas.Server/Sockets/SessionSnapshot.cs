using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;
using Mas.Server.Requests;
using StackExchange.Redis;

namespace Mas.Server.Sockets;

/// <summary>
/// Reads what a session begins with: the user's view, after the session was registered, in pipelined rounds whose number does
/// not depend on the number of windows.
/// </summary>
internal sealed class SessionSnapshot(
    RedisConnection redis, WindowReader windows, UserCards cards, Friends friends, Settings settings, Alerts alerts)
{
    /// <exception cref="ReplicasMissingException">Too few replicas confirm what was read: it may be lost with its master, and must not be shown.</exception>
    internal async Task<Snapshot> ReadAsync(SessionRef session, InitRequest init)
    {
        var since = redis.WriteGeneration;
        var user = session.UserId;
        var friendIds = friends.GetAsync(user);
        var requests = friends.GetRequestsAsync(user);
        var ownSettings = settings.GetAsync(user);
        var openAlerts = alerts.GetAsync(user);
        var networks = GetNetworksAsync(user);
        var views = await windows.ReadAsync(session, init);
        await Task.WhenAll(friendIds, requests, ownSettings, openAlerts, networks);
        var friendStates = await friends.GetStatesAsync(friendIds.Result);

        var entries = new List<byte[]> { Notifications.InitOk(init.ReqId, session, init.MaxBacklogMsgs) };
        entries.Add(await IntroduceAsync(session, views, friendIds.Result, requests.Result));
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
        // What may be lost with a master must not be shown: the client would keep it.
        await redis.ConfirmWritesAsync(since);
        return new Snapshot(
            entries,
            views.ToDictionary(view => view.Window.WindowId, view => view.HeldUpTo),
            views.ToDictionary(view => view.Window.WindowId, view => new WindowTarget(view.Conversation.Id, view.Conversation.Network)));
    }

    /// <summary>ADD_USERS for everyone whom the snapshot mentions, the user first. They are noted in <c>sessionknownuserids</c>.</summary>
    private async Task<byte[]> IntroduceAsync(SessionRef session, List<WindowView> views, UserId[] friendIds, UserId[] requests)
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
        var others = names.Select(name => (string)name!).Where(name => name != Networks.Mas).Order(StringComparer.OrdinalIgnoreCase);
        states.AddRange(await Task.WhenAll(others.Select(async name =>
        {
            var values = await redis.Database.HashGetAsync(RedisKeys.Network(user, name), ["state", "currentnick"]);
            return new NetworkState(name, (string?)values[0] ?? "disconnected", (string?)values[1] ?? "");
        })));
        return states;
    }
}

/// <summary>What a session begins with.</summary>
/// <param name="Entries">INIT_OK and everything up to FINISH_INIT.</param>
/// <param name="Held">For each window the highest gid or rev in it, or held back: what the outbox repeats of it is dropped.</param>
/// <param name="Targets">Where the windows' requests go.</param>
internal sealed record Snapshot(List<byte[]> Entries, IReadOnlyDictionary<int, long> Held, IReadOnlyDictionary<int, WindowTarget> Targets);
