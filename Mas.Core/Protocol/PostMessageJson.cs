using System.Text.Json;
using Mas.Core.Json;

namespace Mas.Core.Protocol;

/// <summary>
/// Writes and reads <see cref="PostMessage"/>, the most frequent entry, without the polymorphic serializer: it takes a third of
/// the time. The JSON is the same.
/// </summary>
internal static class PostMessageJson
{
    private static ReadOnlySpan<byte> Head => "{\"type\":\"SEND\","u8;

    internal static byte[] Write(PostMessage post) => WireJson.Write(post, static (json, post) =>
    {
        json.WriteString("type"u8, "SEND"u8);
        json.WriteNumber("conversationId"u8, post.ConversationId);
        json.WriteString("cat"u8, post.Cat);
        json.WriteString("text"u8, post.Text);
        if (post.ClientRid is { } rid)
            json.WriteString("clientRid"u8, rid);
        json.WriteBoolean("retry"u8, post.Retry);
        json.WriteBoolean("echo"u8, post.Echo);
        json.WriteStartObject("origin"u8);
        json.WriteString("rid"u8, post.Origin.Rid);
        json.WriteString("userId"u8, post.Origin.User.Value);
        if (post.Origin.SessionId is { } session)
            json.WriteString("sessionId"u8, session);
        if (post.Origin.ReqId is { } reqId)
            json.WriteString("reqId"u8, reqId);
        if (post.Origin.Traceparent is { } traceparent)
            json.WriteString("traceparent"u8, traceparent);
        json.WriteEndObject();
    });

    /// <summary>Null for anything that <see cref="Write"/> would not have written; the serializer reads that.</summary>
    internal static PostMessage? TryRead(ReadOnlySpan<byte> json)
    {
        if (!json.StartsWith(Head))
            return null;
        var reader = new Utf8JsonReader(json);
        var conversation = 0L;
        string? cat = null, text = null, clientRid = null, rid = null, user = null, session = null, reqId = null, traceparent = null;
        bool retry = false, echo = false;
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName)
                    continue;
                switch (reader.CurrentDepth)
                {
                    case 1 when reader.ValueTextEquals("conversationId"u8):
                        conversation = reader.Read() ? reader.GetInt64() : 0;
                        break;
                    case 1 when reader.ValueTextEquals("cat"u8):
                        cat = Text(ref reader);
                        break;
                    case 1 when reader.ValueTextEquals("text"u8):
                        text = Text(ref reader);
                        break;
                    case 1 when reader.ValueTextEquals("clientRid"u8):
                        clientRid = Text(ref reader);
                        break;
                    case 1 when reader.ValueTextEquals("retry"u8):
                        retry = reader.Read() && reader.GetBoolean();
                        break;
                    case 1 when reader.ValueTextEquals("echo"u8):
                        echo = reader.Read() && reader.GetBoolean();
                        break;
                    case 2 when reader.ValueTextEquals("rid"u8):
                        rid = Text(ref reader);
                        break;
                    case 2 when reader.ValueTextEquals("userId"u8):
                        user = Text(ref reader);
                        break;
                    case 2 when reader.ValueTextEquals("sessionId"u8):
                        session = Text(ref reader);
                        break;
                    case 2 when reader.ValueTextEquals("reqId"u8):
                        reqId = Text(ref reader);
                        break;
                    case 2 when reader.ValueTextEquals("traceparent"u8):
                        traceparent = Text(ref reader);
                        break;
                    case 1 when reader.ValueTextEquals("type"u8) || reader.ValueTextEquals("origin"u8):
                        break;
                    default:
                        return null;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
        return conversation > 0 && cat is not null && text is not null && rid is not null && UserId.TryParse(user, out var author)
            ? new PostMessage(new Origin(rid, author, session, reqId, traceparent), conversation, cat, text, clientRid, retry, echo)
            : null;
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString();
    }
}
