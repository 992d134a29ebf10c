using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Requests;

/// <summary>REQUEST_FRIEND, REMOVE_FRIEND, FRIEND_VERDICT.</summary>
internal sealed class FriendRequests(Friends friends, UserLookup lookup, Outboxes outboxes)
{
    private const int MaxFriends = 1000;

    private static readonly Ack NoFriend = new(Status.NotFound, "This is no friend of yours.");

    internal async Task<Ack?> RequestAsync(RequestContext request)
    {
        var user = request.Session.User;
        var found = await lookup.FindAsync(request.Read);
        if (request.Read.Problem is { } problem)
            return problem;
        if (found is not { } other)
            return UserLookup.NoUser;
        if (other == user)
            return new Ack(Status.ParameterInvalid, "You are your own friend already.");
        if (await friends.AreFriendsAsync(user, other))
        {
            // Who asks again may do so because nobody could be told.
            await TellBothAsync(user, other);
            return new Ack(Status.ErrorExists, "You are friends already.");
        }
        if ((await friends.GetAsync(user)).Length >= MaxFriends)
            return new Ack(Status.Error, $"You have {MaxFriends} friends, which is as many as allowed.");
        if (await friends.RequestAsync(user, other))
        {
            await TellBothAsync(user, other);
            await TellRequestsAsync(user);
        }
        else
            await outboxes.SendToUserAsync(other, Notifications.ConfirmFriends([user]), [user]);
        return Ack.Ok;
    }

    internal async Task<Ack?> VerdictAsync(RequestContext request)
    {
        var user = request.Session.User;
        var asks = request.Read.User("userId");
        if (request.Read.OptionalBool("allow") is not { } allow)
            return request.Read.Problem ?? new Ack(Status.ParameterMissing, "'allow' is missing.");
        if (request.Read.Problem is { } problem)
            return problem;
        var isOpen = await friends.HasRequestAsync(user, asks);
        if (isOpen && allow)
            await friends.AcceptAsync(user, asks);
        else if (isOpen)
            await friends.RefuseAsync(user, asks);
        // Told in any case: who asks again may do so because nobody could be told.
        if (allow && (isOpen || await friends.AreFriendsAsync(user, asks)))
            await TellBothAsync(user, asks);
        await TellRequestsAsync(user);
        return isOpen ? Ack.Ok : new Ack(Status.NotFound, "There is no such request.");
    }

    internal async Task<Ack?> RemoveAsync(RequestContext request)
    {
        var user = request.Session.User;
        var found = await lookup.FindAsync(request.Read);
        if (request.Read.Problem is { } problem)
            return problem;
        // Somebody who has closed the account can still be removed.
        var other = found ?? request.Read.OptionalUser("userId");
        if (other is not { } friend)
            return NoFriend;
        var isFriend = await friends.IsOneFriendAsync(user, friend);
        if (isFriend)
            await LeaveAsync(user, friend);
        // Told in any case, as a verdict is.
        await TellAllFriendsAsync(user);
        return isFriend ? Ack.Ok : NoFriend;
    }

    /// <summary>
    /// Ends a friendship, and tells the friend. The user's own side goes last: as long as it is there, whoever asks again
    /// finds something to do, and tells the friend what may not have been told.
    /// </summary>
    internal async Task LeaveAsync(UserId user, UserId friend)
    {
        await friends.RemoveAsync(friend, user);
        await TellAllFriendsAsync(friend);
        await friends.RemoveAsync(user, friend);
    }

    /// <summary>
    /// Tells a user's sessions of all friends that there are now. It looks again behind what it told, so that of several
    /// changes at once the last that is told is the last that was made.
    /// </summary>
    internal async Task TellAllFriendsAsync(UserId user)
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

    /// <summary>Tells a user's sessions who asks now; it looks again behind what it told, as <see cref="TellAllFriendsAsync"/> does.</summary>
    private async Task TellRequestsAsync(UserId user)
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

    private async Task TellBothAsync(UserId one, UserId other)
    {
        await TellAllFriendsAsync(one);
        await TellAllFriendsAsync(other);
    }
}
