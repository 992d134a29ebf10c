using Mas.Core.Protocol;
using Mas.Server.Sockets;

namespace Mas.Server.Requests;

/// <summary>A request on its way through a handler.</summary>
/// <param name="Session">Who sent it.</param>
/// <param name="Read">Its fields.</param>
/// <param name="ReqId">Its <c>reqId</c>, as JSON.</param>
internal sealed record RequestContext(SocketSession Session, RequestReader Read, string ReqId)
{
    /// <summary>What a backend needs to answer it.</summary>
    internal Origin NewOrigin() => new(Rids.New(), Session.User, Session.Ref.SessionId, ReqId);
}

/// <summary>Handles one type of request.</summary>
/// <returns>The acknowledgement, or null when a backend will send it.</returns>
internal delegate Task<Ack?> RequestHandler(RequestContext request);
