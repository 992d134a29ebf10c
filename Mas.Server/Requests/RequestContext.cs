using Mas.Core.Protocol;
using Mas.Core.Telemetry;

namespace Mas.Server.Requests;

/// <summary>A request, for its handler.</summary>
/// <param name="Session">The session that sent it.</param>
/// <param name="Read">Its fields.</param>
/// <param name="ReqId">Its <c>reqId</c>, as JSON.</param>
internal sealed record RequestContext(RequestSession Session, RequestReader Read, string ReqId)
{
    /// <summary>What a backend needs to answer it.</summary>
    internal Origin NewOrigin() => new(Rids.New(), Session.User, Session.Ref.SessionId, ReqId, MasTracing.Traceparent);
}

/// <summary>Handles one type of request.</summary>
/// <returns>The ACK; null when a backend sends it.</returns>
internal delegate Task<Ack?> RequestHandler(RequestContext request);
