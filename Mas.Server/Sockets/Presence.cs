using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Sockets;

/// <summary>Tells friends when a user comes and goes.</summary>
internal sealed class Presence(Sessions sessions, Friends friends, Outboxes outboxes)
{
    /// <summary>Brings <c>lastlogout</c> in line, and tells the friends when that changed it.</summary>
    internal async Task UpdateAsync(UserId user)
    {
        if (await sessions.UpdatePresenceAsync(user) is not var (online, last))
            return;
        var state = new FriendState(user, online, last);
        for (; ; )
        {
            var entry = Notifications.UpdateFriends(reset: false, [state]);
            foreach (var friend in await friends.GetAsync(user))
                await outboxes.SendToUserAsync(friend, entry, [user]);
            // Another server may have told something newer in between: whoever tells last has looked behind it.
            var now = (await friends.GetStatesAsync([user]))[0];
            if (now == state)
                return;
            state = now;
        }
    }
}
