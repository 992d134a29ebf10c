using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Sockets;

/// <summary>Notifies friends when a user comes online or goes offline.</summary>
internal sealed class Presence(Sessions sessions, Friends friends, Outboxes outboxes)
{
    /// <summary>How long notifying may take before any server may do it again, as after a crash in between.</summary>
    private static readonly TimeSpan NotifyTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Updates <c>lastlogout</c> after a session has started or ended, and notifies the friends when that changed it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="isDue">
    /// Whether an earlier change may have been written without a notification: then the friends are notified even if nothing changes
    /// now, since an update for another session of the user may have run in between.
    /// </param>
    internal async Task UpdateAsync(SessionRef session, bool isDue)
    {
        if (await sessions.UpdatePresenceAsync(session.UserId) is var (online, last))
            await NotifyFriendsAsync(new FriendState(session.UserId, online, last));
        else if (isDue)
            await NotifyFriendsAsync((await friends.GetStatesAsync([session.UserId]))[0]);
        await sessions.SettlePresenceAsync(session);
    }

    /// <summary>Repeats notifications that a server may not have sent because it crashed after it wrote <c>lastlogout</c>.</summary>
    internal async Task NotifyUnsettledAsync()
    {
        foreach (var session in await sessions.GetUnsettledAsync(NotifyTimeout, 500))
            await UpdateAsync(session, isDue: true);
    }

    private async Task NotifyFriendsAsync(FriendState state)
    {
        for (; ; )
        {
            var entry = Notifications.UpdateFriends(reset: false, [state]);
            foreach (var friend in await friends.GetAsync(state.UserId))
                await outboxes.SendToUserAsync(friend, entry, [state.UserId]);
            // Another server may have sent a newer state meanwhile: the last sender has read after its own notification.
            var now = (await friends.GetStatesAsync([state.UserId]))[0];
            if (now == state)
                return;
            state = now;
        }
    }
}
