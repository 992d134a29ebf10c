using Newtonsoft.Json.Linq;

namespace Mas.Tests.Client;

/// <summary>What a client knows: built from nothing but notifications, and the acknowledgements of what it said itself.</summary>
/// <param name="userId">Whose view it is.</param>
/// <param name="earlier">The view of an earlier session, whose messages are kept; null for none.</param>
/// <param name="workersFail"><see cref="MasClientOptions.WorkersFail"/>.</param>
public sealed class ChatView(string userId, ChatView? earlier = null, bool workersFail = false)
{
    /// <summary>The peer of an IRC network's server window; it is nobody that ADD_USERS could introduce.</summary>
    public const string ServerUserId = "iSERVER";

    private readonly InitOrder _start = new();
    private readonly HashSet<int> _everWindows = [];

    /// <summary>Whose view it is.</summary>
    public string UserId { get; } = userId;

    /// <summary>Users by id: name, and nick by network.</summary>
    public Dictionary<string, JObject> Users { get; } = [];

    /// <summary>
    /// What earlier sessions were told of users: the authors of messages that this one need not be sent again, and who are
    /// not introduced again either.
    /// </summary>
    public IReadOnlyDictionary<string, JObject> RememberedUsers { get; } = earlier is null
        ? new Dictionary<string, JObject>()
        : earlier.RememberedUsers.Concat(earlier.Users).GroupBy(user => user.Key).ToDictionary(user => user.Key, user => user.Last().Value);

    /// <summary>Windows by id.</summary>
    public SortedDictionary<int, ViewWindow> Windows { get; } = [];

    /// <summary>Friends by userId: online, last.</summary>
    public SortedDictionary<string, JObject> Friends { get; } = new(StringComparer.Ordinal);

    /// <summary>Users who ask to be friends.</summary>
    public SortedSet<string> FriendRequests { get; } = new(StringComparer.Ordinal);

    /// <summary>Networks by name: state, nick.</summary>
    public SortedDictionary<string, JObject> Networks { get; } = new(StringComparer.Ordinal);

    /// <summary>Settings by name.</summary>
    public SortedDictionary<string, JToken> Settings { get; } = new(StringComparer.Ordinal);

    /// <summary>Open alerts by id.</summary>
    public SortedDictionary<long, string> Alerts { get; } = [];

    /// <summary>Who was typing, in order: windowId and userId.</summary>
    public List<(int WindowId, string UserId)> Typing { get; } = [];

    /// <summary>TERMINATE, once it has come.</summary>
    public JObject? Terminate { get; private set; }

    /// <summary>Whether FINISH_INIT has come.</summary>
    public bool IsComplete => _start.IsComplete;

    /// <summary>Messages that came again although they were held, over all windows there are.</summary>
    public IReadOnlyList<string> Doubles => [.. Windows.Values.SelectMany(window => window.Doubles)];

    /// <summary>The group of network MAS with this name; null when there is no window of it.</summary>
    public ViewWindow? Group(string name, string network = "MAS") =>
        Windows.Values.SingleOrDefault(window => window.Type == "group" && window.Network == network && window.Name == name);

    /// <summary>The one-on-one with a user; null when there is no window of it.</summary>
    public ViewWindow? OneOnOne(string peerId, string network = "MAS") =>
        Windows.Values.SingleOrDefault(window => window.PeerId == peerId && window.Network == network);

    /// <summary><c>cached</c> of INIT: the highest gid or rev held of each window that holds any.</summary>
    public JObject Cached() => new(Windows.Values.Where(window => window.Newest > 0).Select(window => new JProperty($"{window.WindowId}", window.Newest)));

    /// <summary>Applies one notification.</summary>
    /// <exception cref="ProtocolViolationException">The protocol rules it out.</exception>
    public void Apply(JObject entry)
    {
        var type = entry.Value<string>("type")!;
        if (type == "TERMINATE")
        {
            Wire.Text(entry, "code");
            Terminate = entry;
            return;
        }
        if (Terminate is not null)
            throw new ProtocolViolationException($"{type} came after TERMINATE");
        _start.Next(type);
        switch (type)
        {
            case "ADD_USERS": AddUsers(entry); break;
            case "ADD_WINDOW": AddWindow(entry); break;
            case "UPDATE_WINDOW": WindowThatWas(entry)?.Update(entry); break;
            // A worker that takes over from one that crashed tells again what may have been told.
            case "DELETE_WINDOW": Windows.Remove((int)Wire.Number(entry, "windowId")); break;
            case "ADD_MESSAGE": AddMessage(entry); break;
            case "ADD_MESSAGES": AddMessages(entry); break;
            case "UPDATE_MEMBERS": UpdateMembers(entry); break;
            case "DELETE_MEMBERS": DeleteMembers(entry); break;
            case "UPDATE_NETWORKS": UpdateNetworks(entry); break;
            case "UPDATE_FRIENDS": UpdateFriends(entry); break;
            case "CONFIRM_FRIENDS": ConfirmFriends(entry); break;
            case "UPDATE_SETTINGS": UpdateSettings(entry); break;
            case "ADD_ALERT": Alerts[Wire.Number(entry, "alertId")] = Wire.Text(entry, "message"); break;
            case "DELETE_ALERT": Alerts.Remove(Wire.Number(entry, "alertId")); break;
            case "TYPING": AddTyping(entry); break;
            // FINISH_INIT has no content, and clients ignore types that they don't know.
            default: break;
        }
    }

    /// <summary>Applies an acknowledgement: what this session said itself appears by its ACK, and by nothing else.</summary>
    public void Acknowledge(JObject request, JObject ack)
    {
        if (ack.Value<string>("type") == "INIT_OK")
        {
            if (Wire.Text(ack, "userId") != UserId)
                throw new ProtocolViolationException("INIT_OK names another user");
            Wire.Text(ack, "sessionId");
            Wire.Number(ack, "maxBacklogMsgs");
            _start.Accept();
            return;
        }
        if (!IsComplete)
            throw new ProtocolViolationException("ACK came before FINISH_INIT");
        var status = Wire.Text(ack, "status");
        if (status != "OK")
        {
            Wire.Text(ack, "errorMsg");
            return;
        }
        if (ack["msgs"] is not null)
        {
            foreach (var message in Wire.Objects(ack, "msgs"))
                Introduced(ViewMessage.From(message).UserId);
        }
        if (SaidMessage.From(request, ack, UserId) is { } said && Windows.TryGetValue(request.Value<int>("windowId"), out var window))
            window.Add(said, backlog: false);
    }

    private void AddUsers(JObject entry)
    {
        foreach (var (userId, value) in Wire.Object(entry, "mapping"))
        {
            if (value is not JObject user)
                throw new ProtocolViolationException("ADD_USERS: a user must be an object");
            Wire.Text(user, "name");
            Wire.Object(user, "nick");
            Users[userId] = user;
        }
        Introduced(UserId);
    }

    private void AddWindow(JObject entry)
    {
        var window = ViewWindow.From(entry);
        if (window.PeerId is { } peer)
            Introduced(peer);
        // A window that is made while the session starts may be in the snapshot and be announced again behind it.
        if (Windows.TryGetValue(window.WindowId, out var before) || (!IsComplete && earlier is not null && earlier.Windows.TryGetValue(window.WindowId, out before)))
            window.Adopt(before);
        Windows[window.WindowId] = window;
        _everWindows.Add(window.WindowId);
    }

    private void AddMessage(JObject entry)
    {
        var message = ViewMessage.From(entry);
        Introduced(message.UserId);
        Window(entry)?.Add(message, backlog: false);
    }

    private void AddMessages(JObject entry)
    {
        foreach (var backlog in Wire.Objects(entry, "messages"))
        {
            if (Window(backlog) is not { } window)
                continue;
            if (backlog["gap"] is not null && Wire.Flag(backlog, "gap"))
                window.MarkGap();
            foreach (var message in Wire.Objects(backlog, "messages").Select(ViewMessage.From))
            {
                Introduced(message.UserId);
                window.Add(message, backlog: true);
            }
        }
    }

    private void UpdateMembers(JObject entry)
    {
        var members = Wire.Objects(entry, "members").Select(member => (Wire.Text(member, "userId"), Wire.Text(member, "role"))).ToArray();
        foreach (var (userId, _) in members)
            Introduced(userId);
        Window(entry)?.UpdateMembers(Wire.Flag(entry, "reset"), members);
    }

    private void DeleteMembers(JObject entry)
    {
        var window = Window(entry);
        foreach (var member in Wire.Objects(entry, "members"))
            window?.Members.Remove(Wire.Text(member, "userId"));
    }

    private void UpdateNetworks(JObject entry)
    {
        foreach (var network in Wire.Objects(entry, "networks"))
        {
            if (Wire.Text(network, "state") is not ("connected" or "connecting" or "disconnected"))
                throw new ProtocolViolationException("Unknown state of a network");
            Wire.Text(network, "nick");
            Networks[Wire.Text(network, "name")] = network;
        }
    }

    private void UpdateFriends(JObject entry)
    {
        if (Wire.Flag(entry, "reset"))
            Friends.Clear();
        foreach (var friend in Wire.Objects(entry, "friends"))
        {
            var friendId = Wire.Text(friend, "userId");
            Introduced(friendId);
            if (!Wire.Flag(friend, "online"))
                Wire.Number(friend, "last");
            Friends[friendId] = friend;
            FriendRequests.Remove(friendId);
        }
    }

    private void ConfirmFriends(JObject entry)
    {
        if (entry["reset"] is not null && Wire.Flag(entry, "reset"))
            FriendRequests.Clear();
        foreach (var friend in Wire.Objects(entry, "friends"))
        {
            Introduced(Wire.Text(friend, "userId"));
            FriendRequests.Add(Wire.Text(friend, "userId"));
        }
    }

    private void UpdateSettings(JObject entry)
    {
        foreach (var (name, value) in Wire.Object(entry, "settings"))
            Settings[name] = value!;
    }

    private void AddTyping(JObject entry)
    {
        var userId = Wire.Text(entry, "userId");
        Introduced(userId);
        // Sent by the typist's server, past the worker, so it may be here before the window, or behind its end.
        if (Windows.GetValueOrDefault((int)Wire.Number(entry, "windowId")) is { } window)
            Typing.Add((window.WindowId, userId));
    }

    private void Introduced(string userId)
    {
        if (userId != ServerUserId && !Users.ContainsKey(userId))
            throw new ProtocolViolationException($"User {userId} was not introduced by ADD_USERS");
    }

    private ViewWindow? Window(JObject entry)
    {
        var windowId = (int)Wire.Number(entry, "windowId");
        return Windows.TryGetValue(windowId, out var window) || workersFail ? window : throw new ProtocolViolationException($"Window {windowId} is not there");
    }

    /// <summary>
    /// For what a server sends by itself (a window's settings), which may cross the worker's DELETE_WINDOW: null for a window
    /// that was deleted.
    /// </summary>
    private ViewWindow? WindowThatWas(JObject entry)
    {
        var windowId = (int)Wire.Number(entry, "windowId");
        if (!_everWindows.Contains(windowId) && !workersFail)
            throw new ProtocolViolationException($"Window {windowId} was never there");
        return Windows.GetValueOrDefault(windowId);
    }
}
