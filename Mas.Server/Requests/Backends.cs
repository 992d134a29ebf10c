using System.Text.Json;
using Mas.Core.Json;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Server.Health;
using Mas.Server.Sockets;

namespace Mas.Server.Requests;

/// <summary>Sends what changes a conversation to the backend that owns it.</summary>
internal sealed class Backends(InboxProducer producer, BackendWatch watch, UserWindows windows, Conversations conversations)
{
    /// <summary>
    /// Asks MAS's own backend. The entry goes out at once and in order; that it arrived is seen to behind the next requests,
    /// so that a session's speed is not bound by round trips (<see cref="InFlightRequests"/>).
    /// </summary>
    /// <returns>Null, since the backend answers; or why it can't be asked.</returns>
    internal async Task<Ack?> AskAsync(RequestContext request, BackendMessage message)
    {
        if (watch.IsAway(Endpoints.Loopback, message.OrderingKey))
            return Ack.Unavailable;
        await request.Session.InFlight.FollowAsync(producer.SendAsync(Endpoints.Loopback, message.OrderingKey, message.ToJson()), request.ReqId);
        return null;
    }

    /// <summary>Lets MAS's own backend do something that nobody waits for.</summary>
    internal Task TellAsync(BackendMessage message) => producer.SendAsync(Endpoints.Loopback, message.OrderingKey, message.ToJson());

    /// <summary>Passes a request on to the IRC backend, as the client sent it.</summary>
    internal Task<Ack?> AskIrcAsync(RequestContext request, string network, ConversationId? conversation) =>
        AskIrcAsync(request, network, conversation, request.Read.Root);

    /// <summary>Asks the IRC backend in other words than the client's, for requests that hold secrets.</summary>
    internal async Task<Ack?> AskIrcAsync(RequestContext request, string network, ConversationId? conversation, JsonElement words)
    {
        if (watch.IsAway(Endpoints.IrcParser, network))
            return Ack.Unavailable;
        await SendIrcAsync(request.NewOrigin(), network, conversation, words);
        return null;
    }

    /// <summary>Lets the IRC backend know of a request that is answered here: of its type, and of <paramref name="fields"/>.</summary>
    internal Task TellIrcAsync(UserId user, string type, string network, ConversationId? conversation, Action<Utf8JsonWriter>? fields = null) =>
        SendIrcAsync(new Origin(Rids.New(), user), network, conversation, Words(type, fields));

    /// <summary>A request of this type with fields of our own.</summary>
    internal static JsonElement Words(string type, Action<Utf8JsonWriter>? fields)
    {
        using var document = JsonDocument.Parse(WireJson.Write((type, fields), static (json, state) =>
        {
            json.WriteString("type", state.type);
            state.fields?.Invoke(json);
        }));
        return document.RootElement.Clone();
    }

    private Task SendIrcAsync(Origin origin, string network, ConversationId? conversation, JsonElement words) =>
        producer.SendAsync(Endpoints.IrcParser, network, new IrcRequest(origin, network, conversation?.Value, words).ToJson());

    /// <summary>Where a window's requests go; null when the user has no such window.</summary>
    internal async Task<WindowTarget?> FindTargetAsync(SocketSession session, int windowId)
    {
        if (session.FindTarget(windowId) is { } known)
            return known;
        if (await windows.FindConversationAsync(session.User, windowId) is not { } id || await conversations.FindAsync(id) is not { } conversation)
            return null;
        var target = new WindowTarget(id, conversation.Network, conversation.IsGroup);
        session.RememberTarget(windowId, target);
        return target;
    }
}
