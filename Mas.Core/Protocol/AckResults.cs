using System.Text.Json.Serialization;
using Mas.Core.Json;
using Mas.Core.Model;

namespace Mas.Core.Protocol;

/// <summary>What an ACK says besides its status, for requests whose answer is more than OK.</summary>
public abstract record AckResult
{
    /// <summary>The fields as a JSON object.</summary>
    internal abstract byte[] ToJson();
}

/// <summary>The window that a request opened.</summary>
/// <param name="WindowId">Its id; 0 when it is opened later, as by an IRC server's answer.</param>
public sealed record WindowOpened([property: JsonPropertyName("windowId")] int WindowId) : AckResult
{
    internal override byte[] ToJson() => WireJson.Write(this, AckJson.Default.WindowOpened);
}

/// <summary>What was posted: one message, or several when IRC needs several lines for it.</summary>
/// <param name="Gid">The gid of the only message, else null.</param>
/// <param name="Gids">The gids of several messages, else null.</param>
/// <param name="Ts">When the first was posted, unix seconds.</param>
public sealed record MessagesPosted(
    [property: JsonPropertyName("gid")] long? Gid,
    [property: JsonPropertyName("gids")] IReadOnlyList<long>? Gids,
    [property: JsonPropertyName("ts")] long Ts) : AckResult
{
    internal override byte[] ToJson() => WireJson.Write(this, AckJson.Default.MessagesPosted);
}

/// <summary>A text to show, such as the list of commands.</summary>
/// <param name="Text">The text.</param>
public sealed record TextToShow([property: JsonPropertyName("text")] string Text) : AckResult
{
    internal override byte[] ToJson() => WireJson.Write(this, AckJson.Default.TextToShow);
}

/// <summary>The user's own profile.</summary>
/// <param name="Name">The full name.</param>
/// <param name="Email">The email address.</param>
/// <param name="Nick">The nick on MAS.</param>
public sealed record OwnProfile(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("email")] string Email,
    [property: JsonPropertyName("nick")] string Nick) : AckResult
{
    internal override byte[] ToJson() => WireJson.Write(this, AckJson.Default.OwnProfile);
}

/// <summary>What is known of another user of MAS.</summary>
/// <param name="UserId">The user's id.</param>
/// <param name="Name">The full name.</param>
/// <param name="Nick">The nick on MAS.</param>
/// <param name="Online">Whether there is a session now.</param>
/// <param name="Last">When the last session ended, unix seconds, −1 never; null while there is one.</param>
public sealed record UserInfo(
    [property: JsonPropertyName("userId")] string UserId,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("nick")] string Nick,
    [property: JsonPropertyName("online")] bool Online,
    [property: JsonPropertyName("last")] long? Last) : AckResult
{
    internal override byte[] ToJson() => WireJson.Write(this, AckJson.Default.UserInfo);
}

/// <summary>When a request may be sent again.</summary>
/// <param name="Seconds">In how many seconds.</param>
public sealed record RetryAfter([property: JsonPropertyName("retryAfter")] double Seconds) : AckResult
{
    internal override byte[] ToJson() => WireJson.Write(this, AckJson.Default.RetryAfter);
}

/// <summary>Messages of a history, from the JSON that it holds.</summary>
/// <param name="Messages">Oldest first.</param>
/// <param name="More">Whether there are more in the range that was asked for.</param>
public sealed record HistoryPage(IReadOnlyList<StoredMessage> Messages, bool More) : AckResult
{
    internal override byte[] ToJson() => WireJson.Write(this, static (json, page) =>
    {
        Notifications.WriteMessages(json, "msgs", page.Messages);
        json.WriteBoolean("more", page.More);
    });
}

[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Serialization, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WindowOpened))]
[JsonSerializable(typeof(MessagesPosted))]
[JsonSerializable(typeof(TextToShow))]
[JsonSerializable(typeof(OwnProfile))]
[JsonSerializable(typeof(UserInfo))]
[JsonSerializable(typeof(RetryAfter))]
internal sealed partial class AckJson : JsonSerializerContext;
