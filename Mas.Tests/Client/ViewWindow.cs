using Newtonsoft.Json.Linq;

namespace Mas.Tests.Client;

/// <summary>One window of a view: a group, a channel or a one-on-one.</summary>
public sealed class ViewWindow
{
    private static readonly HashSet<string> Roles = ["*", "@", "+", "u"];

    private ViewWindow(JObject added)
    {
        WindowId = (int)Wire.Number(added, "windowId");
        Type = Wire.Text(added, "windowType");
        Network = Wire.Text(added, "network");
        Name = Wire.Text(added, "name");
        PeerId = Wire.TextOrNull(added, "userId");
        foreach (var field in new[] { "topic", "password", "role" })
            Wire.Text(added, field);
        foreach (var field in new[] { "sounds", "titleAlert", "visible" })
            Wire.Flag(added, field);
        Wire.Number(added, "row");
        Wire.Number(added, "seen");
        Changeable = (JObject)added.DeepClone();
        foreach (var field in new[] { "type", "windowId", "windowType", "network", "name", "userId" })
            Changeable.Remove(field);
        if (Type is not ("group" or "1on1"))
            throw new ProtocolViolationException($"Unknown windowType '{Type}'");
        if (Type == "1on1" != PeerId is not null || Type == "1on1" != (Name.Length == 0))
            throw new ProtocolViolationException("A 1on1 has a peer and no name, a group a name and no peer");
    }

    /// <summary>The window's id, the user's own numbering.</summary>
    public int WindowId { get; }

    /// <summary><c>group</c> or <c>1on1</c>.</summary>
    public string Type { get; }

    /// <summary>The network, <c>MAS</c> or an IRC network.</summary>
    public string Network { get; }

    /// <summary>The group's name; empty in a one-on-one.</summary>
    public string Name { get; }

    /// <summary>The other user of a one-on-one; null in a group.</summary>
    public string? PeerId { get; }

    /// <summary>What UPDATE_WINDOW may change: topic, password, role, sounds, titleAlert, visible, row, seen.</summary>
    public JObject Changeable { get; }

    /// <summary>The members' roles by userId.</summary>
    public SortedDictionary<string, string> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>The messages by gid.</summary>
    public SortedDictionary<long, ViewMessage> Messages { get; } = [];

    /// <summary>The highest gid or rev that the window holds; 0 when it is empty.</summary>
    public long Newest { get; private set; }

    /// <summary>Whether a reconnect found more missing than the history holds.</summary>
    public bool HasGap { get; private set; }

    /// <summary>The messages that came again although they were here already, and how.</summary>
    public List<string> Doubles { get; } = [];

    /// <summary>The topic.</summary>
    public string Topic => Changeable.Value<string>("topic")!;

    /// <summary>The group's password, empty for none.</summary>
    public string Password => Changeable.Value<string>("password")!;

    /// <summary>This user's role.</summary>
    public string Role => Changeable.Value<string>("role")!;

    /// <summary>The read marker, a gid.</summary>
    public long Seen => Changeable.Value<long>("seen");

    /// <summary>Reads ADD_WINDOW.</summary>
    public static ViewWindow From(JObject added) => new(added);

    /// <summary>Takes the messages over that an earlier session held, or that came with the same window before.</summary>
    public void Adopt(ViewWindow earlier)
    {
        Doubles.AddRange(earlier.Doubles);
        foreach (var (gid, message) in earlier.Messages)
            Messages[gid] = message;
        Newest = earlier.Newest;
    }

    /// <summary>UPDATE_WINDOW.</summary>
    public void Update(JObject changes)
    {
        foreach (var property in changes.Properties())
        {
            if (Changeable[property.Name] is not { } old)
                continue;
            if (old.Type != property.Value.Type)
                throw new ProtocolViolationException($"UPDATE_WINDOW: '{property.Name}' has another type than in ADD_WINDOW");
            Changeable[property.Name] = property.Value.DeepClone();
        }
    }

    /// <summary>UPDATE_MEMBERS.</summary>
    public void UpdateMembers(bool reset, IEnumerable<(string UserId, string Role)> members)
    {
        if (reset)
            Members.Clear();
        foreach (var (userId, role) in members)
        {
            if (!Roles.Contains(role))
                throw new ProtocolViolationException($"Unknown role '{role}'");
            Members[userId] = role;
        }
    }

    /// <summary>A message of ADD_MESSAGE, of ADD_MESSAGES, or one's own when it was acknowledged.</summary>
    /// <param name="message">The message, or its edit.</param>
    /// <param name="backlog">True for ADD_MESSAGES, which may bring older ones.</param>
    public void Add(ViewMessage message, bool backlog)
    {
        if (Messages.TryGetValue(message.Gid, out var held))
        {
            if (message.Order <= held.Order)
            {
                Doubles.Add($"window {WindowId}: {message} ({(backlog ? "backlog" : "live")}), held as {held}");
                if (message.Order == held.Order && message != held)
                    throw new ProtocolViolationException($"Message {message.Gid} came again and differs: {held} and {message}");
                return;
            }
        }
        else if (!backlog && message.Order < Newest)
        {
            throw new ProtocolViolationException($"Message {message.Gid} came after {Newest} of the same window");
        }
        Messages[message.Gid] = message;
        Newest = Math.Max(Newest, message.Order);
    }

    /// <summary>The history is shorter than what was missed: what was held is not connected to what comes.</summary>
    public void MarkGap()
    {
        HasGap = true;
        Messages.Clear();
    }
}
