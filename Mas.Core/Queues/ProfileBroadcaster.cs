using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Core.Queues;

/// <summary>Notifies others of a user's new name or nick.</summary>
public sealed class ProfileBroadcaster(UserWindows windows, Conversations conversations, Friends friends, Sessions sessions, UserCards cards, Outboxes outboxes)
{
    /// <summary>Sends ADD_USERS to the user's own sessions, and to those of friends and of users in shared conversations.</summary>
    /// <param name="fence">The worker's lease; null for a server.</param>
    public async Task TellAsync(UserId user, FencingToken? fence = null)
    {
        var entry = Notifications.AddUsers([user], await cards.GetAsync([user]));
        var told = new HashSet<SessionRef>();
        var ids = await windows.GetIdsAsync(user);
        var shared = await Task.WhenAll(ids.Select(id => windows.FindConversationAsync(user, id)));
        foreach (var conversation in shared.OfType<ConversationId>())
            told.UnionWith((await conversations.GetLiveSessionsAsync(conversation)).Select(live => live.Session));
        foreach (var friend in (await friends.GetAsync(user)).Append(user))
            told.UnionWith(await sessions.GetAsync(friend));
        var delivery = outboxes.NewDelivery(fence);
        foreach (var session in told)
            delivery.Add(session, entry);
        await delivery.FlushAsync();
    }
}
