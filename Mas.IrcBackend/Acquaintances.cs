using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.IrcBackend;

/// <summary>Tells who knows a MAS user that the user's nick is another one.</summary>
internal static class Acquaintances
{
    /// <summary>ADD_USERS to all sessions that share a conversation or a friendship with the user.</summary>
    internal static async Task TellAsync(ParserContext context, UserId user)
    {
        var on = context.On;
        var entry = Notifications.AddUsers([user], await on.Cards.GetAsync([user]));
        var sessions = new HashSet<SessionRef>();
        var windows = await on.Windows.GetIdsAsync(user);
        foreach (var conversation in (await Task.WhenAll(windows.Select(id => on.Windows.FindConversationAsync(user, id)))).OfType<ConversationId>())
            sessions.UnionWith((await on.Conversations.GetLiveSessionsAsync(conversation)).Select(live => live.Session));
        foreach (var friend in (await on.Friends.GetAsync(user)).Append(user))
            sessions.UnionWith(await on.Outboxes.GetSessionsAsync(friend));
        var delivery = on.Outboxes.NewDelivery();
        foreach (var session in sessions)
            delivery.Add(session, entry);
        await delivery.FlushAsync();
    }
}
