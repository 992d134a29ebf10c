using System.Text.Json;
using System.Text.Json.Serialization;
using Mas.Core.Model;

namespace Mas.Core.Protocol;

/// <summary>What a session asks of MAS's own conversations: an entry of <c>inbox:loopbackparser</c>.</summary>
/// <param name="Origin">Who asks, and where the answer goes.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(PostMessage), "SEND")]
[JsonDerivedType(typeof(EditMessage), "EDIT")]
[JsonDerivedType(typeof(CreateGroup), "CREATE")]
[JsonDerivedType(typeof(JoinGroup), "JOIN")]
[JsonDerivedType(typeof(OpenChat), "CHAT")]
[JsonDerivedType(typeof(CloseWindow), "CLOSE")]
[JsonDerivedType(typeof(SetTopic), "UPDATE_TOPIC")]
[JsonDerivedType(typeof(SetPassword), "UPDATE_PASSWORD")]
[JsonDerivedType(typeof(SetRole), "UPDATE_ROLE")]
[JsonDerivedType(typeof(KickMember), "KICK")]
[JsonDerivedType(typeof(InviteUser), "INVITE")]
[JsonDerivedType(typeof(RemoveGroup), "ADMIN_REMOVE_GROUP")]
[JsonDerivedType(typeof(SetOwner), "ADMIN_SET_OWNER")]
[JsonDerivedType(typeof(RemoveMember), "ADMIN_KICK")]
[JsonDerivedType(typeof(DeleteMessage), "ADMIN_DELETE_MESSAGE")]
[JsonDerivedType(typeof(TrimHistory), "ADMIN_TRIM")]
[JsonDerivedType(typeof(OpenMissingWindow), "ADMIN_OPEN_WINDOW")]
public abstract record BackendMessage(Origin Origin)
{
    /// <summary>What has to stay in order: the conversation, or, before it has an id, its name. It is the entry's route, too.</summary>
    [JsonIgnore]
    public abstract string OrderingKey { get; }

    /// <summary>The JSON for the inbox.</summary>
    public virtual byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BackendJson.Default.BackendMessage);

    /// <summary>Reads an entry.</summary>
    /// <returns>The message, or why it can't be read.</returns>
    public static (BackendMessage? Message, string? Error) FromJson(byte[] json)
    {
        if (PostMessageJson.TryRead(json) is { } post)
            return (post, null);
        try
        {
            return (JsonSerializer.Deserialize(json, BackendJson.Default.BackendMessage), null);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException)
        {
            return (null, e.Message);
        }
    }
}

/// <summary>Who asks, and where the answer goes.</summary>
/// <param name="Rid">Unique for every entry of every inbox.</param>
/// <param name="User">Who asks.</param>
/// <param name="SessionId">The session that gets the ACK; null when nobody waits for one.</param>
/// <param name="ReqId">The request's <c>reqId</c>, as the JSON that it was.</param>
/// <param name="Traceparent">The trace that the request is a part of; null when it is not traced.</param>
public sealed record Origin(
    string Rid,
    [property: JsonPropertyName("userId"), JsonConverter(typeof(UserIdConverter))] UserId User,
    string? SessionId = null,
    string? ReqId = null,
    string? Traceparent = null)
{
    /// <summary>Who waits for the ACK, or null.</summary>
    [JsonIgnore]
    public PendingAck? PendingAck => SessionId is not null && ReqId is not null ? new PendingAck(new SessionRef(User, SessionId), ReqId) : null;
}

/// <summary>What is asked of a conversation that is there: its messages stay in order.</summary>
public abstract record ConversationMessage(Origin Origin, long ConversationId) : BackendMessage(Origin)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string OrderingKey => ConversationId.ToString();

    /// <summary><see cref="ConversationId"/> as an id.</summary>
    [JsonIgnore]
    public ConversationId Id => new(ConversationId);
}

/// <summary>Says something.</summary>
/// <param name="Origin">Who asks.</param>
/// <param name="ConversationId">Where.</param>
/// <param name="Cat"><see cref="Category.Message"/> or <see cref="Category.Action"/>.</param>
/// <param name="Text">What.</param>
/// <param name="ClientRid">The client's <c>rid</c>, its idempotency key; null or empty for none.</param>
/// <param name="Retry">Whether the client says that it may have sent it before.</param>
/// <param name="Echo">Whether the sending session gets the message like everybody else, since it typed it in another window.</param>
public sealed record PostMessage(Origin Origin, long ConversationId, string Cat, string Text, string? ClientRid, bool Retry, bool Echo = false) : ConversationMessage(Origin, ConversationId)
{
    /// <inheritdoc/>
    public override byte[] ToJson() => PostMessageJson.Write(this);
}

/// <summary>Changes or, with an empty text, deletes one of the user's own messages.</summary>
public sealed record EditMessage(Origin Origin, long ConversationId, long Gid, string Text) : ConversationMessage(Origin, ConversationId);

/// <summary>Makes a group. <paramref name="ConversationId"/>: the id that its name has already, from an attempt that was cut off.</summary>
public sealed record CreateGroup(Origin Origin, string Name, string Password, long ConversationId = 0) : BackendMessage(Origin)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string OrderingKey => ConversationId > 0 ? ConversationId.ToString() : "group:" + Networks.Fold(Name);
}

/// <summary>Joins a group. An initial one (from the settings) is made when it is missing, and joining it is not announced.</summary>
public sealed record JoinGroup(Origin Origin, long ConversationId, string Name, string Password, bool Initial) : BackendMessage(Origin)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string OrderingKey => ConversationId > 0 ? ConversationId.ToString() : "group:" + Networks.Fold(Name);
}

/// <summary>Opens the one-on-one with another MAS user, and says <paramref name="Text"/> there, if any, under the idempotency key <paramref name="ClientRid"/>.</summary>
public sealed record OpenChat(Origin Origin, long ConversationId, string Peer, string? Text = null, string? ClientRid = null) : BackendMessage(Origin)
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override string OrderingKey => ConversationId > 0
        ? ConversationId.ToString()
        : Redis.RedisKeys.OneOnOneField(Networks.Mas, Origin.User, new UserId(Peer)).ToString();
}

/// <summary>Leaves a group or detaches from a one-on-one. <paramref name="Account"/>: because the account is closed.</summary>
public sealed record CloseWindow(Origin Origin, long ConversationId, bool Account = false) : ConversationMessage(Origin, ConversationId);

/// <summary>Sets the topic.</summary>
public sealed record SetTopic(Origin Origin, long ConversationId, string Topic) : ConversationMessage(Origin, ConversationId);

/// <summary>Sets the password; empty removes it.</summary>
public sealed record SetPassword(Origin Origin, long ConversationId, string Password) : ConversationMessage(Origin, ConversationId);

/// <summary>Gives a member a role.</summary>
public sealed record SetRole(Origin Origin, long ConversationId, string Target, string Role) : ConversationMessage(Origin, ConversationId);

/// <summary>Removes a member.</summary>
public sealed record KickMember(Origin Origin, long ConversationId, string Target, string Reason) : ConversationMessage(Origin, ConversationId);

/// <summary>Tells a user, by an alert, that they are welcome in a group.</summary>
public sealed record InviteUser(Origin Origin, long ConversationId, string Target) : ConversationMessage(Origin, ConversationId);

internal sealed class UserIdConverter : JsonConverter<UserId>
{
    public override UserId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        UserId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("Not a userId.");

    public override void Write(Utf8JsonWriter writer, UserId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = false)]
[JsonSerializable(typeof(BackendMessage))]
internal sealed partial class BackendJson : JsonSerializerContext;
