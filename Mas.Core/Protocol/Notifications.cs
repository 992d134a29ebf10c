using System.Text.Json;
using Mas.Core.Json;
using Mas.Core.Model;

namespace Mas.Core.Protocol;

/// <summary>
/// Builds every notification of the protocol. The serializer writes those that are records; those that repeat JSON from
/// elsewhere (messages of a history, a <c>reqId</c>) are written here.
/// </summary>
public static class Notifications
{
    private static readonly byte[] FinishInitJson = WireJson.Write(new FinishInitNotification(), NotificationJson.Default.FinishInitNotification);

    /// <summary>ADD_USERS: who userIds are.</summary>
    /// <param name="users">Their ids, each once.</param>
    /// <param name="cards">Their cards, in the same order.</param>
    public static byte[] AddUsers(IReadOnlyList<UserId> users, IReadOnlyList<UserCard> cards)
    {
        var mapping = new Dictionary<string, UserEntry>(users.Count);
        for (var i = 0; i < users.Count; i++)
            mapping[users[i].Value] = new UserEntry(cards[i].Name, cards[i].Nicks);
        return WireJson.Write(new AddUsersNotification(mapping), NotificationJson.Default.AddUsersNotification);
    }

    /// <summary>ADD_WINDOW: a window with all that it shows but members and messages.</summary>
    public static byte[] AddWindow(Window window, Conversation conversation, string role) => WireJson.Write(
        new AddWindowNotification(
            window.WindowId, conversation.Type, conversation.Network, conversation.Name, window.Peer?.Value, conversation.Topic, conversation.Password,
            role == Roles.Detached ? Roles.User : role, window.Sounds, window.TitleAlert, window.Visible, window.Row, window.Seen),
        NotificationJson.Default.AddWindowNotification);

    /// <summary>UPDATE_WINDOW: the fields of a window that have changed.</summary>
    public static byte[] UpdateWindow(int windowId, WindowChanges changes) => WireJson.Write(
        new UpdateWindowNotification(
            windowId, changes.Topic, changes.Password, changes.Role, changes.Sounds, changes.TitleAlert, changes.Visible, changes.Row, changes.Seen),
        NotificationJson.Default.UpdateWindowNotification);

    /// <summary>DELETE_WINDOW.</summary>
    public static byte[] DeleteWindow(int windowId) =>
        WireJson.Write(new DeleteWindowNotification(windowId), NotificationJson.Default.DeleteWindowNotification);

    /// <summary>ADD_MESSAGE: a message that is new or has changed.</summary>
    /// <param name="windowId">The receiver's window.</param>
    /// <param name="messageJson">The message as the history holds it; it is not parsed again.</param>
    public static byte[] AddMessage(int windowId, ReadOnlySpan<byte> messageJson) =>
        WireJson.Splice("""{"type":"ADD_MESSAGE","windowId":"""u8, windowId, messageJson[1..]);

    /// <summary>ADD_MESSAGES: backlogs, from the JSON that the histories hold.</summary>
    public static byte[] AddMessages(IEnumerable<Backlog> backlogs) => WireJson.Write(backlogs, static (json, backlogs) =>
    {
        json.WriteString("type", "ADD_MESSAGES");
        json.WriteStartArray("messages");
        foreach (var backlog in backlogs)
        {
            json.WriteStartObject();
            json.WriteNumber("windowId", backlog.WindowId);
            if (backlog.Gap)
                json.WriteBoolean("gap", true);
            WriteMessages(json, "messages", backlog.Messages);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <summary>UPDATE_MEMBERS: members who are there, new, or have another role. Detached ones are left out.</summary>
    /// <param name="windowId">The receiver's window.</param>
    /// <param name="reset">Whether these are all members.</param>
    /// <param name="members">UserId and role.</param>
    public static byte[] UpdateMembers(int windowId, bool reset, IEnumerable<KeyValuePair<UserId, string>> members) =>
        WireJson.Splice(UpdateMembersHead, windowId, UpdateMembersRest(reset, members));

    /// <summary>What <see cref="UpdateMembers"/> says after the windowId, for many receivers.</summary>
    public static byte[] UpdateMembersRest(bool reset, IEnumerable<KeyValuePair<UserId, string>> members)
    {
        var entries = new List<MemberEntry>();
        foreach (var (user, role) in members)
        {
            if (role != Roles.Detached)
                entries.Add(new MemberEntry(user.Value, role));
        }
        return WireJson.Write(new MemberUpdate(reset, entries), NotificationJson.Default.MemberUpdate)[1..];
    }

    /// <summary>The head of <see cref="UpdateMembers"/>, up to the windowId.</summary>
    public static ReadOnlySpan<byte> UpdateMembersHead => """{"type":"UPDATE_MEMBERS","windowId":"""u8;

    /// <summary>DELETE_MEMBERS: members who are no longer there.</summary>
    public static byte[] DeleteMembers(int windowId, IEnumerable<UserId> users) =>
        WireJson.Write(new DeleteMembersNotification(windowId, EntriesOf(users)), NotificationJson.Default.DeleteMembersNotification);

    /// <summary>UPDATE_NETWORKS: the user's state on networks.</summary>
    public static byte[] UpdateNetworks(IEnumerable<NetworkState> networks) => WireJson.Write(
        new UpdateNetworksNotification([.. networks.Select(network => new NetworkEntry(network.Name, network.State, network.Nick))]),
        NotificationJson.Default.UpdateNetworksNotification);

    /// <summary>UPDATE_FRIENDS: friends, and whether they are online.</summary>
    /// <param name="reset">Whether these are all friends.</param>
    /// <param name="friends">Their states.</param>
    public static byte[] UpdateFriends(bool reset, IEnumerable<FriendState> friends) => WireJson.Write(
        new UpdateFriendsNotification(reset, [.. friends.Select(friend => new FriendEntry(friend.UserId.Value, friend.Online, friend.Online ? null : friend.Last))]),
        NotificationJson.Default.UpdateFriendsNotification);

    /// <summary>CONFIRM_FRIENDS: these users ask to be friends.</summary>
    /// <param name="users">Who asks.</param>
    /// <param name="reset">Whether these are all who ask: other requests are settled.</param>
    public static byte[] ConfirmFriends(IEnumerable<UserId> users, bool reset = false) =>
        WireJson.Write(new ConfirmFriendsNotification(reset ? true : null, EntriesOf(users)), NotificationJson.Default.ConfirmFriendsNotification);

    /// <summary>UPDATE_SETTINGS: the settings that have changed, or, in a snapshot, all.</summary>
    public static byte[] UpdateSettings(IEnumerable<KeyValuePair<string, string>> settings) =>
        WireJson.Write(new UpdateSettingsNotification(new Dictionary<string, string>(settings)), NotificationJson.Default.UpdateSettingsNotification);

    /// <summary>ADD_ALERT.</summary>
    public static byte[] AddAlert(long alertId, string message) =>
        WireJson.Write(new AddAlertNotification(alertId, message), NotificationJson.Default.AddAlertNotification);

    /// <summary>DELETE_ALERT: the alert is acknowledged, perhaps in another session.</summary>
    public static byte[] DeleteAlert(long alertId) =>
        WireJson.Write(new DeleteAlertNotification(alertId), NotificationJson.Default.DeleteAlertNotification);

    /// <summary>TYPING: somebody is writing.</summary>
    public static byte[] Typing(int windowId, UserId user) =>
        WireJson.Write(new TypingNotification(windowId, user.Value), NotificationJson.Default.TypingNotification);

    /// <summary>FINISH_INIT: the view is complete.</summary>
    public static byte[] FinishInit() => FinishInitJson;

    /// <summary>INIT_OK.</summary>
    public static byte[] InitOk(string reqId, SessionRef session, int maxBacklogMsgs) => WireJson.Write((reqId, session, maxBacklogMsgs), static (json, state) =>
    {
        json.WriteString("type", "INIT_OK");
        json.WritePropertyName("reqId");
        json.WriteRawValue(state.reqId, skipInputValidation: true);
        json.WriteString("sessionId", state.session.SessionId);
        json.WriteString("userId", state.session.UserId.Value);
        json.WriteNumber("maxBacklogMsgs", state.maxBacklogMsgs);
    });

    /// <summary>The first bytes of a TERMINATE; a server that finds one in an outbox ends the session.</summary>
    public static ReadOnlySpan<byte> TerminateHead => """{"type":"TERMINATE","""u8;

    /// <summary>TERMINATE: the session is over.</summary>
    /// <param name="code">A constant of <see cref="TerminateCode"/>.</param>
    /// <param name="reason">A sentence fit to show.</param>
    public static byte[] Terminate(string code, string reason) =>
        WireJson.Write(new TerminateNotification(code, reason), NotificationJson.Default.TerminateNotification);

    /// <summary>Writes an array of messages as the history holds them, oldest first.</summary>
    internal static void WriteMessages(Utf8JsonWriter json, string name, IEnumerable<StoredMessage> messages)
    {
        json.WriteStartArray(name);
        foreach (var message in messages)
            json.WriteRawValue(message.Json, skipInputValidation: true);
        json.WriteEndArray();
    }

    private static List<UserIdEntry> EntriesOf(IEnumerable<UserId> users) => [.. users.Select(user => new UserIdEntry(user.Value))];
}

/// <summary>What UPDATE_WINDOW tells of a window: the fields that are not null.</summary>
public sealed record WindowChanges
{
    /// <summary>The conversation's topic.</summary>
    public string? Topic { get; init; }

    /// <summary>The conversation's password; empty for none.</summary>
    public string? Password { get; init; }

    /// <summary>The receiver's own role, a constant of <see cref="Roles"/>.</summary>
    public string? Role { get; init; }

    /// <summary>Whether new messages make a sound.</summary>
    public bool? Sounds { get; init; }

    /// <summary>Whether new messages show in the page's title.</summary>
    public bool? TitleAlert { get; init; }

    /// <summary>Whether the window is shown.</summary>
    public bool? Visible { get; init; }

    /// <summary>The row of the layout in which it is shown.</summary>
    public int? Row { get; init; }

    /// <summary>The highest gid that the user has read.</summary>
    public long? Seen { get; init; }
}

/// <summary>What ADD_MESSAGES holds of one window.</summary>
/// <param name="WindowId">The receiver's window.</param>
/// <param name="Gap">Whether more is missing than the history holds.</param>
/// <param name="Messages">Oldest first.</param>
public sealed record Backlog(int WindowId, bool Gap, IReadOnlyList<StoredMessage> Messages);

/// <summary>A user's state on a network.</summary>
/// <param name="Name">The network.</param>
/// <param name="State"><c>connected</c>, <c>connecting</c> or <c>disconnected</c>.</param>
/// <param name="Nick">The nick there.</param>
public sealed record NetworkState(string Name, string State, string Nick);
