using Mas.Core.Protocol;
using Mas.Core.Redis;

namespace Mas.Server.Requests;

/// <summary>Makes <see cref="RequestSession"/>s.</summary>
internal sealed partial class RequestSessionFactory(RedisConnection redis, LimitsOptions limits, TimeProvider time, ILogger<RequestSession> logger)
{
    /// <inheritdoc cref="RequestSession(SessionRef, string, IEnumerable{KeyValuePair{int, WindowTarget}}, RequestLimiter, InFlightRequests, Func{byte[], Task})"/>
    internal RequestSession Create(
        SessionRef session, string loginDigest, IEnumerable<KeyValuePair<int, WindowTarget>> targets, Func<byte[], Task> sendAsync) => new(
        session, loginDigest, targets,
        new RequestLimiter(limits.RequestsPerSecond, limits.RequestBurst),
        new InFlightRequests(redis.Timeout, time, (reqId, reason) => sendAsync(AckOfLost(session, reason).ToJson(reqId)), logger),
        sendAsync);

    /// <summary>Answers a request that may not have reached its backend. The client may repeat it: with its <c>rid</c>, nothing is posted twice.</summary>
    private Ack AckOfLost(SessionRef session, Exception reason)
    {
        if (RedisErrors.IsAway(reason))
            return Ack.Unavailable;
        LogFailed(logger, reason, session);
        return Ack.Failed;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A request of session {Session} could not be passed on to its backend")]
    private static partial void LogFailed(ILogger logger, Exception exception, SessionRef session);
}
