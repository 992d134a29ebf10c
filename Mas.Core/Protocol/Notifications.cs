using System.Text.Json;
using Mas.Core.Model;

namespace Mas.Core.Protocol;

/// <summary>Builds every notification of the protocol but ADD_MESSAGE, which <see cref="ChatMessage"/> builds.</summary>
public static class Notifications
{
    /// <summary>ADD_USERS: who userIds are.</summary>
    public static byte[] AddUsers(IReadOnlyList<UserId> users, IReadOnlyList<UserCard> cards) => WireJson.Write((users, cards), static (json, state) =>
    {
        json.WriteString("type", "ADD_USERS");
        json.WriteStartObject("mapping");
        for (var i = 0; i < state.users.Count; i++)
        {
            json.WriteStartObject(state.users[i].Value);
            json.WriteString("name", state.cards[i].Name);
            json.WriteStartObject("nick");
            foreach (var (network, nick) in state.cards[i].Nicks)
                json.WriteString(network, nick);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    });

    /// <summary>ADD_WINDOW: a window with all that it shows but members and messages.</summary>
    public static byte[] AddWindow(Window window, Conversation conversation, string role) => WireJson.Write((window, conversation, role), static (json, state) =>
    {
        var (window, conversation, role) = state;
        json.WriteString("type", "ADD_WINDOW");
        json.WriteNumber("windowId", window.WindowId);
        json.WriteString("windowType", conversation.Type);
        json.WriteString("network", conversation.Network);
        json.WriteString("name", conversation.Name);
        if (window.Peer is { } peer)
            json.WriteString("userId", peer.Value);
        else
            json.WriteNull("userId");
        json.WriteString("topic", conversation.Topic);
        json.WriteString("password", conversation.Password);
        json.WriteString("role", role == Roles.Detached ? Roles.User : role);
        json.WriteBoolean("sounds", window.Sounds);
        json.WriteBoolean("titleAlert", window.TitleAlert);
        json.WriteBoolean("visible", window.Visible);
        json.WriteNumber("row", window.Row);
        json.WriteNumber("seen", window.Seen);
    });

    /// <summary>UPDATE_WINDOW with the fields that <paramref name="fields"/> writes.</summary>
    public static byte[] UpdateWindow(int windowId, Action<Utf8JsonWriter> fields) => WireJson.Write((windowId, fields), static (json, state) =>
    {
        json.WriteString("type", "UPDATE_WINDOW");
        json.WriteNumber("windowId", state.windowId);
        state.fields(json);
    });

    /// <summary>DELETE_WINDOW.</summary>
    public static byte[] DeleteWindow(int windowId) => WireJson.Write(windowId, static (json, windowId) =>
    {
        json.WriteString("type", "DELETE_WINDOW");
        json.WriteNumber("windowId", windowId);
    });

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

    /// <summary>An array of messages as the history holds them, oldest first.</summary>
    public static void WriteMessages(Utf8JsonWriter json, string name, IEnumerable<StoredMessage> messages)
    {
        json.WriteStartArray(name);
        foreach (var message in messages)
            json.WriteRawValue(message.Json, skipInputValidation: true);
        json.WriteEndArray();
    }

    /// <summary>UPDATE_MEMBERS: members who are there, new, or have another role. Detached ones are left out.</summary>
    /// <param name="windowId">The receiver's window.</param>
    /// <param name="reset">Whether these are all members.</param>
    /// <param name="members">UserId and role.</param>
    public static byte[] UpdateMembers(int windowId, bool reset, IEnumerable<KeyValuePair<UserId, string>> members) =>
        WireJson.Splice(UpdateMembersHead, windowId, UpdateMembersRest(reset, members));

    /// <summary>What <see cref="UpdateMembers"/> says after the windowId, for many receivers.</summary>
    public static byte[] UpdateMembersRest(bool reset, IEnumerable<KeyValuePair<UserId, string>> members) => WireJson.Write((reset, members), static (json, state) =>
    {
        json.WriteBoolean("reset", state.reset);
        json.WriteStartArray("members");
        foreach (var (user, role) in state.members)
        {
            if (role == Roles.Detached)
                continue;
            json.WriteStartObject();
            json.WriteString("userId", user.Value);
            json.WriteString("role", role);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }).AsSpan(1).ToArray();

    /// <summary>The head of <see cref="UpdateMembers"/>, up to the windowId.</summary>
    public static ReadOnlySpan<byte> UpdateMembersHead => """{"type":"UPDATE_MEMBERS","windowId":"""u8;

    /// <summary>DELETE_MEMBERS: members who are no longer there.</summary>
    public static byte[] DeleteMembers(int windowId, IEnumerable<UserId> users) => WireJson.Write((windowId, users), static (json, state) =>
    {
        json.WriteString("type", "DELETE_MEMBERS");
        json.WriteNumber("windowId", state.windowId);
        json.WriteStartArray("members");
        foreach (var user in state.users)
        {
            json.WriteStartObject();
            json.WriteString("userId", user.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <summary>UPDATE_NETWORKS: the user's state on networks.</summary>
    public static byte[] UpdateNetworks(IEnumerable<NetworkState> networks) => WireJson.Write(networks, static (json, networks) =>
    {
        json.WriteString("type", "UPDATE_NETWORKS");
        json.WriteStartArray("networks");
        foreach (var network in networks)
        {
            json.WriteStartObject();
            json.WriteString("name", network.Name);
            json.WriteString("state", network.State);
            json.WriteString("nick", network.Nick);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <summary>UPDATE_FRIENDS: friends, and whether they are online.</summary>
    public static byte[] UpdateFriends(bool reset, IEnumerable<FriendState> friends) => WireJson.Write((reset, friends), static (json, state) =>
    {
        json.WriteString("type", "UPDATE_FRIENDS");
        json.WriteBoolean("reset", state.reset);
        json.WriteStartArray("friends");
        foreach (var friend in state.friends)
        {
            json.WriteStartObject();
            json.WriteString("userId", friend.UserId.Value);
            json.WriteBoolean("online", friend.Online);
            if (!friend.Online)
                json.WriteNumber("last", friend.Last);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <summary>CONFIRM_FRIENDS: these users ask to be friends.</summary>
    /// <param name="users">Who asks.</param>
    /// <param name="reset">Whether these are all who ask: other requests are settled.</param>
    public static byte[] ConfirmFriends(IEnumerable<UserId> users, bool reset = false) => WireJson.Write((users, reset), static (json, state) =>
    {
        json.WriteString("type", "CONFIRM_FRIENDS");
        if (state.reset)
            json.WriteBoolean("reset", true);
        json.WriteStartArray("friends");
        foreach (var user in state.users)
        {
            json.WriteStartObject();
            json.WriteString("userId", user.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    /// <summary>UPDATE_SETTINGS.</summary>
    public static byte[] UpdateSettings(IEnumerable<KeyValuePair<string, string>> settings) => WireJson.Write(settings, static (json, settings) =>
    {
        json.WriteString("type", "UPDATE_SETTINGS");
        json.WriteStartObject("settings");
        foreach (var (name, value) in settings)
            json.WriteString(name, value);
        json.WriteEndObject();
    });

    /// <summary>ADD_ALERT.</summary>
    public static byte[] AddAlert(long alertId, string message) => WireJson.Write((alertId, message), static (json, state) =>
    {
        json.WriteString("type", "ADD_ALERT");
        json.WriteNumber("alertId", state.alertId);
        json.WriteString("message", state.message);
    });

    /// <summary>DELETE_ALERT: the alert is acknowledged, perhaps in another session.</summary>
    public static byte[] DeleteAlert(long alertId) => WireJson.Write(alertId, static (json, alertId) =>
    {
        json.WriteString("type", "DELETE_ALERT");
        json.WriteNumber("alertId", alertId);
    });

    /// <summary>TYPING: somebody is writing.</summary>
    public static byte[] Typing(int windowId, UserId user) => WireJson.Write((windowId, user), static (json, state) =>
    {
        json.WriteString("type", "TYPING");
        json.WriteNumber("windowId", state.windowId);
        json.WriteString("userId", state.user.Value);
    });

    /// <summary>FINISH_INIT: the view is complete.</summary>
    public static byte[] FinishInit() => """{"type":"FINISH_INIT"}"""u8.ToArray();

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
    public static byte[] Terminate(string code, string reason) => WireJson.Write((code, reason), static (json, state) =>
    {
        json.WriteString("type", "TERMINATE");
        json.WriteString("code", state.code);
        json.WriteString("reason", state.reason);
    });
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

/// <summary>A friend's presence.</summary>
/// <param name="UserId">The friend.</param>
/// <param name="Online">Whether there is a session now.</param>
/// <param name="Last">When the last session ended, unix seconds; −1 never.</param>
public sealed record FriendState(UserId UserId, bool Online, long Last);
