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
        var entry = Notifications.UpdateFriends(reset: false, [new FriendState(user, online, last)]);
        foreach (var friend in await friends.GetAsync(user))
            await outboxes.SendToUserAsync(friend, entry, [user]);
    }
}
