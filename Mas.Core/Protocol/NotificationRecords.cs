using System.Text.Json.Serialization;

namespace Mas.Core.Protocol;

// The notifications that hold no JSON from elsewhere, as they go over the wire. Ids are plain strings and numbers:
// a converter would take the serializer off its generated fast path.

internal abstract record Notification([property: JsonPropertyName("type"), JsonPropertyOrder(-1)] string Type);

internal sealed record AddUsersNotification(
    [property: JsonPropertyName("mapping")] Dictionary<string, UserEntry> Mapping) : Notification("ADD_USERS");

internal sealed record UserEntry(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("nick")] IReadOnlyDictionary<string, string> Nick);

internal sealed record AddWindowNotification(
    [property: JsonPropertyName("windowId")] int WindowId,
    [property: JsonPropertyName("windowType")] string WindowType,
    [property: JsonPropertyName("network")] string Network,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("userId"), JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? UserId,
    [property: JsonPropertyName("topic")] string Topic,
    [property: JsonPropertyName("password")] string Password,
    [property: JsonPropertyName("role")] string Role,
    [property: JsonPropertyName("sounds")] bool Sounds,
    [property: JsonPropertyName("titleAlert")] bool TitleAlert,
    [property: JsonPropertyName("visible")] bool Visible,
    [property: JsonPropertyName("row")] int Row,
    [property: JsonPropertyName("seen")] long Seen) : Notification("ADD_WINDOW");

internal sealed record UpdateWindowNotification(
    [property: JsonPropertyName("windowId")] int WindowId,
    [property: JsonPropertyName("topic")] string? Topic,
    [property: JsonPropertyName("password")] string? Password,
    [property: JsonPropertyName("role")] string? Role,
    [property: JsonPropertyName("sounds")] bool? Sounds,
    [property: JsonPropertyName("titleAlert")] bool? TitleAlert,
    [property: JsonPropertyName("visible")] bool? Visible,
    [property: JsonPropertyName("row")] int? Row,
    [property: JsonPropertyName("seen")] long? Seen) : Notification("UPDATE_WINDOW");

internal sealed record DeleteWindowNotification([property: JsonPropertyName("windowId")] int WindowId) : Notification("DELETE_WINDOW");

/// <summary>What UPDATE_MEMBERS says after the windowId.</summary>
internal sealed record MemberUpdate(
    [property: JsonPropertyName("reset")] bool Reset,
    [property: JsonPropertyName("members")] List<MemberEntry> Members);

internal sealed record MemberEntry(
    [property: JsonPropertyName("userId")] string UserId,
    [property: JsonPropertyName("role")] string Role);

internal sealed record DeleteMembersNotification(
    [property: JsonPropertyName("windowId")] int WindowId,
    [property: JsonPropertyName("members")] List<UserIdEntry> Members) : Notification("DELETE_MEMBERS");

internal sealed record UserIdEntry([property: JsonPropertyName("userId")] string UserId);

internal sealed record UpdateNetworksNotification(
    [property: JsonPropertyName("networks")] List<NetworkEntry> Networks) : Notification("UPDATE_NETWORKS");

internal sealed record NetworkEntry(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("nick")] string Nick);

internal sealed record UpdateFriendsNotification(
    [property: JsonPropertyName("reset")] bool Reset,
    [property: JsonPropertyName("friends")] List<FriendEntry> Friends) : Notification("UPDATE_FRIENDS");

internal sealed record FriendEntry(
    [property: JsonPropertyName("userId")] string UserId,
    [property: JsonPropertyName("online")] bool Online,
    [property: JsonPropertyName("last")] long? Last);

internal sealed record ConfirmFriendsNotification(
    [property: JsonPropertyName("reset")] bool? Reset,
    [property: JsonPropertyName("friends")] List<UserIdEntry> Friends) : Notification("CONFIRM_FRIENDS");

internal sealed record UpdateSettingsNotification(
    [property: JsonPropertyName("settings")] Dictionary<string, string> Settings) : Notification("UPDATE_SETTINGS");

internal sealed record AddAlertNotification(
    [property: JsonPropertyName("alertId")] long AlertId,
    [property: JsonPropertyName("message")] string Message) : Notification("ADD_ALERT");

internal sealed record DeleteAlertNotification([property: JsonPropertyName("alertId")] long AlertId) : Notification("DELETE_ALERT");

internal sealed record TypingNotification(
    [property: JsonPropertyName("windowId")] int WindowId,
    [property: JsonPropertyName("userId")] string UserId) : Notification("TYPING");

internal sealed record FinishInitNotification() : Notification("FINISH_INIT");

internal sealed record TerminateNotification(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("reason")] string Reason) : Notification("TERMINATE");

[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Serialization, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AddUsersNotification))]
[JsonSerializable(typeof(AddWindowNotification))]
[JsonSerializable(typeof(UpdateWindowNotification))]
[JsonSerializable(typeof(DeleteWindowNotification))]
[JsonSerializable(typeof(MemberUpdate))]
[JsonSerializable(typeof(DeleteMembersNotification))]
[JsonSerializable(typeof(UpdateNetworksNotification))]
[JsonSerializable(typeof(UpdateFriendsNotification))]
[JsonSerializable(typeof(ConfirmFriendsNotification))]
[JsonSerializable(typeof(UpdateSettingsNotification))]
[JsonSerializable(typeof(AddAlertNotification))]
[JsonSerializable(typeof(DeleteAlertNotification))]
[JsonSerializable(typeof(TypingNotification))]
[JsonSerializable(typeof(FinishInitNotification))]
[JsonSerializable(typeof(TerminateNotification))]
internal sealed partial class NotificationJson : JsonSerializerContext;
