using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Server.Accounts;

namespace Mas.Server.Requests;

/// <summary>REQUEST_FRIEND, REMOVE_FRIEND, FRIEND_VERDICT.</summary>
internal sealed class FriendRequests(Friends friends, FriendNotifier notifier, UserLookup lookup, Outboxes outboxes)
{
    private const int MaxFriends = 1000;

    private static readonly Ack NoFriend = new(Status.NotFound, "This user is not your friend.");

    internal async Task<Ack?> RequestAsync(RequestContext request)
    {
        var user = request.Session.User;
        var found = await lookup.FindAsync(request.Read);
        if (request.Read.Problem is { } problem)
            return problem;
        if (found is not { } other)
            return UserLookup.NoUser;
        if (other == user)
            return new Ack(Status.ParameterInvalid, "You cannot add yourself as a friend.");
        if (await friends.AreFriendsAsync(user, other))
        {
            // The request may be a repetition because the first notification failed.
            await SendFriendsToBothAsync(user, other);
            return new Ack(Status.ErrorExists, "You are already friends.");
        }
        if ((await friends.GetAsync(user)).Length >= MaxFriends)
            return new Ack(Status.Error, $"You already have {MaxFriends} friends, the maximum.");
        if (await friends.RequestAsync(user, other))
        {
            await SendFriendsToBothAsync(user, other);
            await notifier.SendRequestsAsync(user);
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
        // Sent in any case: the request may be a repetition because the first notification failed.
        if (allow && (isOpen || await friends.AreFriendsAsync(user, asks)))
            await SendFriendsToBothAsync(user, asks);
        await notifier.SendRequestsAsync(user);
        return isOpen ? Ack.Ok : new Ack(Status.NotFound, "There is no such friend request.");
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
            await notifier.EndFriendshipAsync(user, friend);
        // Told in any case, as a verdict is.
        await notifier.SendFriendsAsync(user);
        return isFriend ? Ack.Ok : NoFriend;
    }

    private async Task SendFriendsToBothAsync(UserId one, UserId other)
    {
        await notifier.SendFriendsAsync(one);
        await notifier.SendFriendsAsync(other);
    }
}
