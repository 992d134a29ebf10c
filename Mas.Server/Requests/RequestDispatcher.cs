using System.Diagnostics;
using Mas.Core.Protocol;
using Mas.Core.Redis;
using Mas.Core.Telemetry;

namespace Mas.Server.Requests;

/// <summary>Finds the handler of a frame, and turns whatever happens into an answer with a stable code.</summary>
internal sealed partial class RequestDispatcher(RequestTable table, RedisConnection redis, TraceSampler traces, ILogger<RequestDispatcher> logger)
{
    private readonly TimeSpan _timeout = redis.Timeout;

    /// <summary>What changes nothing that would have to be confirmed.</summary>
    private static readonly HashSet<string> Reads = new(StringComparer.Ordinal) { "TYPING", "FETCH", "GET_PROFILE", "WHOIS" };

    /// <summary>Handles one frame and sends its answer, unless a backend does.</summary>
    /// <returns>False for a frame that the protocol does not allow, which ends a session.</returns>
    internal async Task<bool> DispatchAsync(RequestSession session, ReadOnlyMemory<byte> frame)
    {
        var begun = Stopwatch.GetTimestamp();
        using var document = RequestReader.Parse(frame);
        var read = document is null ? null : new RequestReader(document.RootElement);
        if (read?.Type is not { } type || type == "INIT")
            return false;
        var handler = table.Find(type);
        using var trace = traces.StartTrace(handler is null ? "unknown" : type, ActivityKind.Server);
        var ack = read.ReqId is null
            ? new Ack(Status.ParameterMissing, "'reqId' is missing.")
            : session.Limiter.Take() is { } wait
                ? RateLimited(wait)
                : handler is null
                    ? new Ack(Status.UnknownRequest, "Unknown request type.")
                    : await RunAsync(handler, new RequestContext(session, read, read.ReqId));
        if (ack is not null)
            await session.SendAsync(ack.ToJson(read.ReqId ?? "null"));
        trace?.SetTag("mas.status", ack?.Status ?? "queued");
        RequestMetrics.Requests.Add(1, new("type", handler is null ? "unknown" : type), new("status", ack?.Status ?? "queued"));
        RequestMetrics.RequestSeconds.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds);
        return true;
    }

    private static Ack RateLimited(TimeSpan wait) => new(
        Status.RateLimited, $"Too many requests. Try again in {wait.TotalSeconds:0.##} s.", new RetryAfter(wait.TotalSeconds));

    private async Task<Ack?> RunAsync(RequestHandler handler, RequestContext request)
    {
        try
        {
            var since = redis.WriteGeneration;
            var ack = await handler(request).WaitAsync(_timeout);
            if (ack?.Status == Status.Ok && !Reads.Contains(request.Read.Type!))
                await redis.ConfirmWritesAsync(since);
            return ack;
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            return Ack.Unavailable;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(logger, e, request.Read.Type!, request.Session.Ref);
            return Ack.Failed;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The request {Type} of session {Session} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string type, SessionRef session);
}
