using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Client;

/// <summary>A view as canonical text, for comparing sessions of one user with each other.</summary>
/// <remarks>
/// Left out: users that nothing in the view mentions (an older session has met more of them), typing, and gaps.
/// </remarks>
public static class ViewDump
{
    /// <summary>The dump; equal for views that show the same.</summary>
    public static string Of(ChatView view) => new JObject
    {
        ["userId"] = view.UserId,
        ["settings"] = new JObject(view.Settings.Select(setting => new JProperty(setting.Key, setting.Value))),
        ["networks"] = new JArray(view.Networks.Values.Select(Sorted)),
        ["friends"] = new JArray(view.Friends.Values.Select(Sorted)),
        ["friendRequests"] = new JArray(view.FriendRequests),
        ["alerts"] = new JObject(view.Alerts.Select(alert => new JProperty($"{alert.Key}", alert.Value))),
        ["users"] = new JObject(Mentioned(view).Order(StringComparer.Ordinal).Select(userId => new JProperty(userId, Sorted(view.Users.GetValueOrDefault(userId) ?? view.RememberedUsers[userId])))),
        ["windows"] = new JArray(view.Windows.Values.Select(Window)),
    }.ToString(Formatting.Indented);

    /// <summary>One window of the dump.</summary>
    public static JObject Window(ViewWindow window) => new()
    {
        ["windowId"] = window.WindowId,
        ["windowType"] = window.Type,
        ["network"] = window.Network,
        ["name"] = window.Name,
        ["peer"] = window.PeerId,
        ["changeable"] = Sorted(window.Changeable),
        ["members"] = new JObject(window.Members.Select(member => new JProperty(member.Key, member.Value))),
        ["messages"] = new JArray(window.Messages.Values.Select(message => message.ToString())),
    };

    private static HashSet<string> Mentioned(ChatView view)
    {
        var mentioned = new HashSet<string> { view.UserId };
        mentioned.UnionWith(view.Friends.Keys);
        mentioned.UnionWith(view.FriendRequests);
        foreach (var window in view.Windows.Values)
        {
            mentioned.UnionWith(window.Members.Keys);
            mentioned.UnionWith(window.Messages.Values.Select(message => message.UserId));
            if (window.PeerId is { } peer)
                mentioned.Add(peer);
        }
        mentioned.Remove(ChatView.ServerUserId);
        return mentioned;
    }

    private static JObject Sorted(JObject json) => new(json.Properties()
        .OrderBy(property => property.Name, StringComparer.Ordinal)
        .Select(property => new JProperty(property.Name, property.Value is JObject inner ? Sorted(inner) : property.Value)));
}
