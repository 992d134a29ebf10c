using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mas.IrcBackend.Bridge;

/// <summary>An order of the parser to the connection manager: an entry of <c>inbox:connectionmanager</c>.</summary>
/// <param name="Rid">Unique for every order; an order is carried out once.</param>
/// <param name="UserId">Whose connection.</param>
/// <param name="Network">To which network.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ConnectOrder), "CONNECT")]
[JsonDerivedType(typeof(SendOrder), "SEND")]
[JsonDerivedType(typeof(DisconnectOrder), "DISCONNECT")]
[JsonDerivedType(typeof(CloseOrder), "CLOSE")]
internal abstract record ConnectionOrder(string Rid, string UserId, string Network)
{
    [JsonIgnore]
    internal UserId User => new(UserId);

    /// <summary>The trace that it is a part of; null when it is not traced.</summary>
    public string? Traceparent { get; init; }

    /// <summary>The JSON for the inbox.</summary>
    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BridgeJson.Default.ConnectionOrder);

    /// <summary>Reads an entry.</summary>
    /// <returns>The order, or why it can't be read.</returns>
    internal static (ConnectionOrder? Order, string? Error) FromJson(byte[] json)
    {
        try
        {
            var order = JsonSerializer.Deserialize(json, BridgeJson.Default.ConnectionOrder);
            return order is not null && Core.UserId.TryParse(order.UserId, out _) ? (order, null) : (null, "It has no userId.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return (null, e.Message);
        }
    }
}

/// <summary>Connects; a connection that waits for its next attempt tries again at once.</summary>
internal sealed record ConnectOrder(string Rid, string UserId, string Network) : ConnectionOrder(Rid, UserId, Network);

/// <summary>Lines to send.</summary>
/// <param name="Rid">Unique.</param>
/// <param name="UserId">Whose connection.</param>
/// <param name="Network">To which network.</param>
/// <param name="Generation">The connection that the lines are for; a later one does not send them.</param>
/// <param name="Lines">The lines, without CR LF.</param>
/// <param name="ConversationId">Where to report a line that was not sent; null for lines that nobody typed.</param>
internal sealed record SendOrder(string Rid, string UserId, string Network, long Generation, IReadOnlyList<string> Lines, long? ConversationId = null)
    : ConnectionOrder(Rid, UserId, Network)
{
    /// <summary>The rid of the event that reports a line as not sent.</summary>
    internal string UnsentRid(int index) => $"{Rid}:unsent:{index}";
}

/// <summary>Disconnects, and stays disconnected.</summary>
internal sealed record DisconnectOrder(string Rid, string UserId, string Network, string Reason) : ConnectionOrder(Rid, UserId, Network);

/// <summary>Ends a connection, which is then made again.</summary>
internal sealed record CloseOrder(string Rid, string UserId, string Network, long Generation) : ConnectionOrder(Rid, UserId, Network);
