using System.Text.Json;
using Mas.Core.Json;

namespace Mas.Core.Protocol;

/// <summary>A session's request that concerns an IRC network: an entry of <c>inbox:ircparser</c> of type <c>REQUEST</c>.</summary>
/// <param name="Origin">Who asks, and where the answer goes.</param>
/// <param name="Network">The network.</param>
/// <param name="ConversationId">The conversation of the window that the request names; null when it names none.</param>
/// <param name="Request">
/// The request as the client sent it, an object with <c>type</c>, checked for nothing but its size; without what is secret,
/// or with it encrypted (<see cref="Model.CredentialVault"/>).
/// </param>
public sealed record IrcRequest(Origin Origin, string Network, long? ConversationId, JsonElement Request)
{
    /// <summary>The JSON for the inbox.</summary>
    public byte[] ToJson() => WireJson.Write(this, static (json, request) =>
    {
        json.WriteString("type", "REQUEST");
        json.WriteString("rid", request.Origin.Rid);
        json.WriteString("userId", request.Origin.User.Value);
        if (request.Origin is { SessionId: { } sessionId, ReqId: { } reqId })
        {
            json.WriteString("sessionId", sessionId);
            json.WriteString("reqId", reqId);
        }
        if (request.Origin.Traceparent is { } traceparent)
            json.WriteString("traceparent", traceparent);
        json.WriteString("network", request.Network);
        if (request.ConversationId is { } id)
            json.WriteNumber("conversationId", id);
        json.WritePropertyName("request");
        request.Request.WriteTo(json);
    });

    /// <summary>A <see cref="Request"/> that MAS itself makes.</summary>
    /// <param name="type">Its <c>type</c>.</param>
    /// <param name="fields">Writes its other fields.</param>
    public static JsonElement Compose(string type, Action<Utf8JsonWriter>? fields = null)
    {
        using var document = JsonDocument.Parse(WireJson.Write((type, fields), static (json, state) =>
        {
            json.WriteString("type", state.type);
            state.fields?.Invoke(json);
        }));
        return document.RootElement.Clone();
    }
}
