using System.Text.Json;
using System.Text.Json.Serialization;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.Protocol.Session;

namespace Mas.IrcBackend.Bridge;

/// <summary>
/// An entry of <c>inbox:ircparser</c>. A session's request comes as
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
internal abstract record ParserEntry(string Rid, string UserId, string Network)
{
    [JsonIgnore]
    internal UserId User => new(UserId);

    /// <summary>The trace that it is a part of; null when it is not traced.</summary>
    public string? Traceparent { get; init; }

    /// <summary>The JSON for the inbox.</summary>
    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BridgeJson.Default.ParserEntry);

    /// <summary>Reads an entry.</summary>
    /// <returns>The entry, or why it can't be read.</returns>
    internal static (ParserEntry? Entry, string? Error) FromJson(byte[] json)
    {
        try
        {
            var entry = JsonSerializer.Deserialize(json, BridgeJson.Default.ParserEntry);
            return entry is not null && Core.UserId.TryParse(entry.UserId, out _) ? (entry, null) : (null, "It has no userId.");
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
/// <param name="SessionId">The session that gets the ACK; null for none.</param>
/// <param name="ReqId">What the ACK answers, as the JSON that it was.</param>
/// <param name="ConversationId">The conversation of the window that the request names.</param>
internal sealed record RequestEntry(
    string Rid, string UserId, string Network, JsonElement Request, string? SessionId = null, string? ReqId = null, long? ConversationId = null)
    : ParserEntry(Rid, UserId, Network)
{
    /// <summary>The session that gets the ACK, or null.</summary>
    [JsonIgnore]
    internal SessionRef? Session => SessionId is null ? null : new SessionRef(User, SessionId);
}

/// <summary>A line of a connection.</summary>
/// <param name="Rid">Unique: network, user, generation and sequence.</param>
/// <param name="UserId">Whose connection.</param>
/// <param name="Network">The network.</param>
/// <param name="Generation">The number of the connection; a later one has a higher number.</param>
/// <param name="Seq">Its place among the lines and events of the connection, from 1.</param>
/// <param name="Ts">When it was read, unix milliseconds.</param>
/// <param name="Line">The line, decoded.</param>
internal sealed record LineEntry(string Rid, string UserId, string Network, long Generation, long Seq, long Ts, string Line)
    : ParserEntry(Rid, UserId, Network)
{
    private readonly Lazy<IrcMessage?> _message = new(() => IrcMessage.TryParse(Line, out var message) ? message : null);

    /// <summary>The line, parsed on first use; null when it is malformed.</summary>
    internal IrcMessage? Message => _message.Value;
}

/// <summary>A whole batch of a connection.</summary>
/// <param name="Rid">Unique: network, user, generation and sequence.</param>
/// <param name="UserId">Whose connection.</param>
/// <param name="Network">The network.</param>
/// <param name="Generation">Which connection.</param>
/// <param name="Seq">The place of its first line among the lines and events of the connection; each of its lines takes one.</param>
/// <param name="Ts">When its last line was read, unix milliseconds.</param>
/// <param name="Lines">The lines, decoded, its beginning and its end included.</param>
internal sealed record BatchEntry(string Rid, string UserId, string Network, long Generation, long Seq, long Ts, IReadOnlyList<string> Lines)
    : ParserEntry(Rid, UserId, Network)
{
    private readonly Lazy<IrcBatch?> _batch = new(() => IrcBatch.FromLines(Lines));

    /// <summary>The batch, parsed on first use; null when the lines are none.</summary>
    internal IrcBatch? Batch => _batch.Value;
}

/// <summary>An event of a connection.</summary>
/// <param name="Rid">Unique.</param>
/// <param name="UserId">Whose connection.</param>
/// <param name="Network">The network.</param>
/// <param name="Generation">Which connection.</param>
/// <param name="Seq">Its place among the lines and events of the connection.</param>
/// <param name="Ts">When, unix milliseconds.</param>
/// <param name="Event">A constant of <see cref="ConnectionEventType"/>.</param>
/// <param name="Text">A sentence for the user, or the line that was not sent.</param>
/// <param name="Nick">The user's nick.</param>
/// <param name="Summary">The capabilities and ISUPPORT lines.</param>
/// <param name="RetryCount">The retries since the last stable connection.</param>
/// <param name="ConversationId">Where the line that was not sent was typed.</param>
/// <param name="IsFinal">Whether there is no further attempt although the user wants to be connected.</param>
internal sealed record EventEntry(
    string Rid, string UserId, string Network, long Generation, long Seq, long Ts, string Event, string? Text = null, string? Nick = null,
    RegistrationSummary? Summary = null, int RetryCount = 0, long? ConversationId = null, bool IsFinal = false)
    : ParserEntry(Rid, UserId, Network);

/// <summary><see cref="EventEntry.Event"/>.</summary>
internal static class ConnectionEventType
{
    /// <summary>A connection attempt begins.</summary>
    internal const string Connecting = "connecting";

    /// <summary>The registration is complete.</summary>
    internal const string Registered = "registered";

    /// <summary>Capabilities or ISUPPORT have changed since.</summary>
    internal const string Changed = "changed";

    /// <summary>The nick has changed.</summary>
    internal const string Nick = "nick";

    /// <summary>Logged in to the account.</summary>
    internal const string LoggedIn = "loggedin";

    /// <summary>The login failed.</summary>
    internal const string LoginFailed = "loginfailed";

    /// <summary>The connection, or the attempt, has ended.</summary>
    internal const string Ended = "ended";

    /// <summary>A line was not sent because its connection is gone.</summary>
    internal const string Unsent = "unsent";

    /// <summary>A line was not sent because too many lines are waiting.</summary>
    internal const string Crowded = "crowded";

    /// <summary>A line may not have been sent: the process that held its connection is gone.</summary>
    internal const string Unsure = "unsure";
}
