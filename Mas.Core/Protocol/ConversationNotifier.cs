using Mas.Core.Json;
using Mas.Core.Model;
using Mas.Core.Queues;

namespace Mas.Core.Protocol;

/// <summary>Tells the live sessions of a conversation what has changed there.</summary>
public sealed class ConversationNotifier(Conversations conversations)
{
    /// <summary>Members are new or have another role.</summary>
    public async Task MembersChangedAsync(ConversationId id, IReadOnlyDictionary<UserId, string> members, Delivery delivery)
    {
        var rest = Notifications.UpdateMembersRest(reset: false, members);
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
        {
            foreach (var user in members.Keys)
                delivery.Mention(live.Session, user);
            delivery.Add(live.Session, WireJson.Splice(Notifications.UpdateMembersHead, live.WindowId, rest));
        }
    }

    /// <summary>Members have left, or are detached.</summary>
    public async Task MembersLeftAsync(ConversationId id, IReadOnlyList<UserId> users, Delivery delivery)
    {
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
        {
            foreach (var user in users)
                delivery.Mention(live.Session, user);
            delivery.Add(live.Session, Notifications.DeleteMembers(live.WindowId, users));
        }
    }

    /// <summary>A member has another role; told to that member's sessions.</summary>
    public async Task RoleChangedAsync(ConversationId id, UserId user, string role, Delivery delivery)
    {
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
        {
            if (live.Session.UserId == user)
                delivery.Add(live.Session, Notifications.UpdateWindow(live.WindowId, new WindowChanges { Role = role }));
        }
    }

    /// <summary>The topic or password is another one.</summary>
    public async Task WindowsChangedAsync(ConversationId id, WindowChanges changes, Delivery delivery)
    {
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
            delivery.Add(live.Session, Notifications.UpdateWindow(live.WindowId, changes));
    }

    /// <summary>A message was edited or deleted.</summary>
    public async Task MessageChangedAsync(ConversationId id, ChatMessage message, Delivery delivery)
    {
        var json = message.ToJson();
        foreach (var live in await conversations.GetLiveSessionsAsync(id))
        {
            delivery.Mention(live.Session, message.UserId);
            delivery.Add(live.Session, Notifications.AddMessage(live.WindowId, json));
        }
    }
}
