using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Mas.Tests.Client;

/// <summary>The requests of a session and what has answered them. Not safe for several threads at once.</summary>
/// <param name="workersFail">Whether workers are killed meanwhile: they may then answer once more, and otherwise.</param>
internal sealed class RequestTable(bool workersFail)
{
    private readonly Dictionary<string, PendingRequest> _pending = [];
    private readonly Dictionary<string, PendingRequest> _answered = [];
    private int _lastReqId;

    /// <summary>Registers a request whose ACK is awaited; gives it a <c>reqId</c> when it has none.</summary>
    public (string ReqId, Task<JObject> Answer) Add(JObject request)
    {
        var answer = new TaskCompletionSource<JObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        request["reqId"] ??= ++_lastReqId;
        var reqId = request["reqId"]!.ToString(Formatting.None);
        _pending.Add(reqId, new PendingRequest(request, answer));
        return (reqId, answer.Task);
    }

    /// <summary>The request that this ACK or INIT_OK answers.</summary>
    /// <exception cref="ProtocolViolationException">None waits for it, or it contradicts an earlier answer.</exception>
    public PendingRequest AnsweredBy(JObject ack)
    {
        var reqId = ack["reqId"]?.ToString(Formatting.None) ?? throw new ProtocolViolationException($"{ack["type"]} without reqId");
        if (_pending.Remove(reqId, out var request))
            _answered.Add(reqId, request);
        else if (!_answered.TryGetValue(reqId, out request) || !MayFollow(request.Answer.Task.Result, ack))
            throw new ProtocolViolationException(
                $"{ack["type"]} of a reqId that is not open: {request?.Request.ToString(Formatting.None) ?? reqId}, answered: {request?.Answer.Task.Result.ToString(Formatting.None)}");
        return request;
    }

    /// <summary>Fails whoever still waits for an answer.</summary>
    public void RefuseAll(Exception failure)
    {
        foreach (var request in _pending.Values)
        {
            request.Answer.TrySetException(failure);
            // A test that has given the answer up does not look at it any more; that is no unobserved error.
            _ = request.Answer.Task.Exception;
        }
    }

    /// <summary>
    /// A worker that takes over from one that crashed repeats its answer. After UNAVAILABLE, which says that nobody knows, the true
    /// answer may follow. A refusal may turn into success when it is looked at again: the first answer counts. A message keeps
    /// its gid in any case.
    /// </summary>
    private bool MayFollow(JObject first, JObject second) =>
        first.Value<string>("status") == "UNAVAILABLE"
        || (workersFail && first["gid"] is null)
        || (first.Value<string>("status") == second.Value<string>("status") && JToken.DeepEquals(first["gid"], second["gid"]));
}
