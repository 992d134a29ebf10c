using System.Text.Json;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Requests;

/// <summary>Sends requests that change a conversation to the backend that owns it.</summary>
internal sealed class Backends(InboxProducer producer, BackendAvailability availability, UserWindows windows, Conversations conversations)
{
    /// <summary>
    /// Asks MAS's own backend. The entry is sent at once and in order; its arrival is confirmed while the next requests are handled,
    /// so that a session's speed is not bound by round trips (<see cref="InFlightRequests"/>).
    /// </summary>
    /// <returns>Null, since the backend answers; or why it cannot be asked.</returns>
    internal async Task<Ack?> AskAsync(RequestContext request, BackendMessage message)
    {
        if (availability.IsAway(Endpoints.Loopback, message.OrderingKey))
            return Ack.Unavailable;
        await request.Session.InFlight.TrackAsync(producer.SendAsync(Endpoints.Loopback, message.OrderingKey, message.ToJson()), request.ReqId);
        return null;
    }

    /// <summary>Passes a request on to the IRC backend, as the client sent it.</summary>
    internal Task<Ack?> AskIrcAsync(RequestContext request, string network, ConversationId? conversation) =>
        AskIrcAsync(request, network, conversation, request.Read.Root);

    /// <summary>Passes a rewritten request on to the IRC backend, for requests that hold secrets.</summary>
    internal async Task<Ack?> AskIrcAsync(RequestContext request, string network, ConversationId? conversation, JsonElement words)
    {
        if (availability.IsAway(Endpoints.IrcParser, network))
            return Ack.Unavailable;
        await SendIrcAsync(request.NewOrigin(), network, conversation, words);
        return null;
    }

    /// <summary>Sends the IRC backend a request of MAS's own, which it does not answer.</summary>
    internal Task TellIrcAsync(UserId user, string type, string network, ConversationId? conversation, Action<Utf8JsonWriter> fields) =>
        SendIrcAsync(new Origin(Rids.New(), user), network, conversation, IrcRequest.Compose(type, fields));

    private Task SendIrcAsync(Origin origin, string network, ConversationId? conversation, JsonElement words) =>
        producer.SendAsync(Endpoints.IrcParser, network, new IrcRequest(origin, network, conversation?.Value, words).ToJson());

    /// <returns>Where a window's requests go; null when the user has no such window.</returns>
    internal async Task<WindowTarget?> FindTargetAsync(RequestSession session, int windowId)
    {
        if (session.FindTarget(windowId) is { } known)
            return known;
        if (await windows.FindConversationAsync(session.User, windowId) is not { } id || await conversations.FindAsync(id) is not { } conversation)
            return null;
        var target = new WindowTarget(id, conversation.Network);
        session.RememberTarget(windowId, target);
        return target;
    }
}
