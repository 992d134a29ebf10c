using System.Text.Json;
using System.Text.Json.Serialization;
using Mas.Core.Model;

namespace Mas.IrcBackend.Bridge;

/// <summary>What the parser asks of the connection manager: an entry of <c>inbox:connectionmanager</c>.</summary>
/// <param name="Rid">Unique for every entry; one that comes again is not carried out again.</param>
/// <param name="UserId">Whose connection.</param>
/// <param name="Network">To which network.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ConnectOrder), "CONNECT")]
[JsonDerivedType(typeof(SendOrder), "SEND")]
[JsonDerivedType(typeof(DisconnectOrder), "DISCONNECT")]
[JsonDerivedType(typeof(CloseOrder), "CLOSE")]
public abstract record LinkOrder(string Rid, string UserId, string Network)
{
    /// <summary>Whose connection.</summary>
    [JsonIgnore]
    public UserId User => new(UserId);

    /// <summary>The JSON for the inbox.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BridgeJson.Default.LinkOrder);

    /// <summary>Reads an entry.</summary>
    /// <returns>The order, or why it can't be read.</returns>
    public static (LinkOrder? Order, string? Error) FromJson(byte[] json)
    {
        try
        {
            var order = JsonSerializer.Deserialize(json, BridgeJson.Default.LinkOrder);
            return order is not null && Core.Model.UserId.TryParse(order.UserId, out _) ? (order, null) : (null, "It has no userId.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return (null, e.Message);
        }
    }
}

/// <summary>The user wants to be connected; a connection that pauses tries again at once.</summary>
public sealed record ConnectOrder(string Rid, string UserId, string Network) : LinkOrder(Rid, UserId, Network);

/// <summary>Lines to send.</summary>
/// <param name="Rid">Unique.</param>
/// <param name="UserId">Whose connection.</param>
/// <param name="Network">To which network.</param>
/// <param name="Generation">The connection that they are for; over a later one they are not sent.</param>
/// <param name="Lines">The lines, without CR LF.</param>
/// <param name="ConversationId">Where to say that a line was not sent; null for lines that nobody typed.</param>
public sealed record SendOrder(string Rid, string UserId, string Network, long Generation, IReadOnlyList<string> Lines, long? ConversationId = null)
    : LinkOrder(Rid, UserId, Network)
{
    /// <summary>The id of what says that a line was not sent.</summary>
    /// <param name="index">Which line.</param>
    public string UnsentRid(int index) => $"{Rid}:unsent:{index}";
}

/// <summary>The user wants to be connected no longer.</summary>
public sealed record DisconnectOrder(string Rid, string UserId, string Network, string Reason) : LinkOrder(Rid, UserId, Network);

/// <summary>Ends one connection, which is then made again.</summary>
public sealed record CloseOrder(string Rid, string UserId, string Network, long Generation) : LinkOrder(Rid, UserId, Network);
