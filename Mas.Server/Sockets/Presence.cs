using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Sockets;

/// <summary>Tells friends when a user comes and goes.</summary>
internal sealed class Presence(Sessions sessions, Friends friends, Outboxes outboxes)
{
    /// <summary>How long telling may take before it counts as undone; a crash in between is found by any server.</summary>
    private static readonly TimeSpan TellingTakes = TimeSpan.FromSeconds(10);

    /// <summary>After a session's beginning or end: brings <c>lastlogout</c> in line, and tells the friends when that changed it.</summary>
    /// <param name="session">The session.</param>
    /// <param name="isDue">
    /// Whether something of it may have been written before and not been told: then the friends are told however things stand. Whoever
    /// looked in between, for another session of the user, found nothing to change.
    /// </param>
    internal async Task UpdateAsync(SessionRef session, bool isDue)
    {
        if (await sessions.UpdatePresenceAsync(session.UserId) is var (online, last))
            await TellAsync(new FriendState(session.UserId, online, last));
        else if (isDue)
            await TellAsync((await friends.GetStatesAsync([session.UserId]))[0]);
        await sessions.SettlePresenceAsync(session);
    }

    /// <summary>Tells what a server that crashed between writing <c>lastlogout</c> and its last push may not have told.</summary>
    internal async Task TellUnsettledAsync()
    {
        foreach (var session in await sessions.GetUnsettledAsync(TellingTakes, 500))
            await UpdateAsync(session, isDue: true);
    }

    private async Task TellAsync(FriendState state)
    {
        for (; ; )
        {
            var entry = Notifications.UpdateFriends(reset: false, [state]);
            foreach (var friend in await friends.GetAsync(state.UserId))
                await outboxes.SendToUserAsync(friend, entry, [state.UserId]);
            // Another server may have told something newer in between: whoever tells last has looked behind it.
            var now = (await friends.GetStatesAsync([state.UserId]))[0];
            if (now == state)
                return;
            state = now;
        }
    }
}
