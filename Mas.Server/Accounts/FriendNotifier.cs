using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Accounts;

/// <summary>Ends friendships, and sends users' sessions their friends and friend requests.</summary>
internal sealed class FriendNotifier(Friends friends, Outboxes outboxes)
{
    /// <summary>
    /// Ends a friendship, and notifies the friend. The user's own side is removed last: until then, a repeated request
    /// finds the friendship, and notifies the friend again.
    /// </summary>
    internal async Task EndFriendshipAsync(UserId user, UserId friend)
    {
        await friends.RemoveAsync(friend, user);
        await SendFriendsAsync(friend);
        await friends.RemoveAsync(user, friend);
    }

    /// <summary>
    /// Sends a user's sessions all friends. It reads them again after sending, so that of several concurrent changes the
    /// newest state is sent last.
    /// </summary>
    internal async Task SendFriendsAsync(UserId user)
    {
        var all = await friends.GetAsync(user);
        var states = await friends.GetStatesAsync(all);
        for (; ; )
        {
            await outboxes.SendToUserAsync(user, Notifications.UpdateFriends(reset: true, states), all);
            all = await friends.GetAsync(user);
            var now = await friends.GetStatesAsync(all);
            if (now.ToHashSet().SetEquals(states))
                return;
            states = now;
        }
    }

    /// <summary>Sends a user's sessions all open friend requests, and reads them again as <see cref="SendFriendsAsync"/> does.</summary>
    internal async Task SendRequestsAsync(UserId user)
    {
        var open = await friends.GetRequestsAsync(user);
        for (; ; )
        {
            await outboxes.SendToUserAsync(user, Notifications.ConfirmFriends(open, reset: true), open);
            var now = await friends.GetRequestsAsync(user);
            if (now.ToHashSet().SetEquals(open))
                return;
            open = now;
        }
    }
}
