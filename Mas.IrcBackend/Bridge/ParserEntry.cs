using System.Text.Json;
using System.Text.Json.Serialization;
using Mas.Core.Model;
using Mas.IrcBackend.Protocol.Session;

namespace Mas.IrcBackend.Bridge;

/// <summary>
/// What reaches the parser: an entry of <c>inbox:ircparser</c>. A session's request comes as
/// <see cref="Core.Protocol.IrcRequest"/> writes it.
/// </summary>
/// <param name="Rid">Unique for every entry.</param>
/// <param name="UserId">Whose connection, or who asks.</param>
/// <param name="Network">The network.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RequestEntry), "REQUEST")]
[JsonDerivedType(typeof(LineEntry), "LINE")]
[JsonDerivedType(typeof(BatchEntry), "BATCH")]
[JsonDerivedType(typeof(EventEntry), "EVENT")]
public abstract record ParserEntry(string Rid, string UserId, string Network)
{
    /// <summary>Whose connection, or who asks.</summary>
    [JsonIgnore]
    public UserId User => new(UserId);

    /// <summary>The JSON for the inbox.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BridgeJson.Default.ParserEntry);

    /// <summary>Reads an entry.</summary>
    /// <returns>The entry, or why it can't be read.</returns>
    public static (ParserEntry? Entry, string? Error) FromJson(byte[] json)
    {
        try
        {
            var entry = JsonSerializer.Deserialize(json, BridgeJson.Default.ParserEntry);
            return entry is not null && Core.Model.UserId.TryParse(entry.UserId, out _) ? (entry, null) : (null, "It has no userId.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return (null, e.Message);
        }
    }
}

/// <summary>A session's request.</summary>
/// <param name="Rid">Unique.</param>
/// <param name="UserId">Who asks.</param>
/// <param name="Network">The network.</param>
/// <param name="Request">The request as the client sent it.</param>
/// <param name="SessionId">The session that gets the ACK; null when nobody waits for one.</param>
/// <param name="ReqId">What the ACK answers, as the JSON that it was.</param>
/// <param name="ConversationId">The conversation of the window that the request names.</param>
public sealed record RequestEntry(
    string Rid, string UserId, string Network, JsonElement Request, string? SessionId = null, string? ReqId = null, long? ConversationId = null)
    : ParserEntry(Rid, UserId, Network)
{
    /// <summary>The session that gets the ACK, or null.</summary>
    [JsonIgnore]
    public SessionRef? Session => SessionId is null ? null : new SessionRef(User, SessionId);
}

/// <summary>A line of a connection.</summary>
/// <param name="Rid">Unique: network, user, generation and sequence.</param>
/// <param name="UserId">Whose connection.</param>
/// <param name="Network">The network.</param>
/// <param name="Generation">Which connection; a later one has a higher number.</param>
/// <param name="Seq">Its place among the lines and events of the connection, from 1.</param>
/// <param name="Ts">When it was read, unix milliseconds.</param>
/// <param name="Line">The line, decoded.</param>
public sealed record LineEntry(string Rid, string UserId, string Network, long Generation, long Seq, long Ts, string Line)
    : ParserEntry(Rid, UserId, Network);

/// <summary>A whole batch of a connection.</summary>
/// <param name="Rid">Unique: network, user, generation and sequence.</param>
/// <param name="UserId">Whose connection.</param>
/// <param name="Network">The network.</param>
/// <param name="Generation">Which connection.</param>
/// <param name="Seq">The place of its first line among the lines and events of the connection; each of its lines takes one.</param>
/// <param name="Ts">When its last line was read, unix milliseconds.</param>
/// <param name="Lines">The lines, decoded, its beginning and its end included.</param>
public sealed record BatchEntry(string Rid, string UserId, string Network, long Generation, long Seq, long Ts, IReadOnlyList<string> Lines)
    : ParserEntry(Rid, UserId, Network);

/// <summary>Something that happened to a connection.</summary>
/// <param name="Rid">Unique.</param>
/// <param name="UserId">Whose connection.</param>
/// <param name="Network">The network.</param>
/// <param name="Generation">Which connection.</param>
/// <param name="Seq">Its place among the lines and events of the connection.</param>
/// <param name="Ts">When, unix milliseconds.</param>
/// <param name="Event">A constant of <see cref="LinkEvents"/>.</param>
/// <param name="Text">A sentence fit to show, or the text that was not sent.</param>
/// <param name="Nick">Our nick.</param>
/// <param name="Summary">What is in force.</param>
/// <param name="RetryCount">How often it was tried again since the last good connection.</param>
/// <param name="ConversationId">Where the text that was not sent was said.</param>
/// <param name="IsFinal">Whether it is not tried again although the user wants it.</param>
public sealed record EventEntry(
    string Rid, string UserId, string Network, long Generation, long Seq, long Ts, string Event, string? Text = null, string? Nick = null,
    RegistrationSummary? Summary = null, int RetryCount = 0, long? ConversationId = null, bool IsFinal = false)
    : ParserEntry(Rid, UserId, Network);

/// <summary><see cref="EventEntry.Event"/>.</summary>
public static class LinkEvents
{
    /// <summary>An attempt to connect begins.</summary>
    public const string Connecting = "connecting";

    /// <summary>The registration is complete.</summary>
    public const string Registered = "registered";

    /// <summary>Capabilities or ISUPPORT have changed since.</summary>
    public const string Changed = "changed";

    /// <summary>Our nick is another one.</summary>
    public const string Nick = "nick";

    /// <summary>We are logged in to the account.</summary>
    public const string LoggedIn = "loggedin";

    /// <summary>The login failed.</summary>
    public const string LoginFailed = "loginfailed";

    /// <summary>The connection, or the attempt, is over.</summary>
    public const string Ended = "ended";

    /// <summary>A line could not be sent, since its connection is gone.</summary>
    public const string Unsent = "unsent";

    /// <summary>A line was not sent, since too many lines wait already.</summary>
    public const string Crowded = "crowded";

    /// <summary>A line was given to a connection that is gone, and nobody knows whether it was sent.</summary>
    public const string Unsure = "unsure";
}
