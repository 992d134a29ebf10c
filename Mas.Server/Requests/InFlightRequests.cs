namespace Mas.Server.Requests;

/// <summary>
/// Requests that a session has sent to backends whose inboxes have not confirmed them. They are awaited in the order in which they
/// were sent, which is the order of confirmation: requests that share a push cost one wait.
/// </summary>
/// <param name="timeout">How long each may take to be confirmed.</param>
/// <param name="time">The clock.</param>
/// <param name="failedAsync">Called for each that may not have arrived, with its <c>reqId</c> and the reason.</param>
/// <param name="logger">The log.</param>
internal sealed partial class InFlightRequests(TimeSpan timeout, TimeProvider time, Func<string, Exception, Task> failedAsync, ILogger logger)
{
    /// <summary>How many may be unconfirmed before the session's next request is read.</summary>
    internal const int Max = 64;

    private readonly Queue<(Task Sent, string ReqId, long Since)> _queue = new();
    private TaskCompletionSource? _room;
    private bool _isAwaiting;

    /// <summary>Adds one. Waits only when <see cref="Max"/> are unconfirmed.</summary>
    internal Task TrackAsync(Task sent, string reqId)
    {
        var wait = Task.CompletedTask;
        var next = (Sent: sent, ReqId: reqId, Since: time.GetTimestamp());
        lock (_queue)
        {
            if (sent.IsCompletedSuccessfully && !_isAwaiting)
                return wait;
            _queue.Enqueue(next);
            if (_queue.Count > Max)
                wait = (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            if (_isAwaiting)
                return wait;
            _isAwaiting = true;
        }
        _ = AwaitAllAsync(next);
        return wait;
    }

    private async Task AwaitAllAsync((Task Sent, string ReqId, long Since) next)
    {
        do
        {
            try
            {
                var left = timeout - time.GetElapsedTime(next.Since);
                await next.Sent.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
            }
            catch (Exception e)
            {
                await TellFailedAsync(next.ReqId, e);
            }
        }
        while (TakeNext(out next));
    }

    /// <summary>Whatever happens here, those behind are awaited.</summary>
    private async Task TellFailedAsync(string reqId, Exception reason)
    {
        try
        {
            await failedAsync(reqId, reason);
        }
        catch (Exception e)
        {
            LogNotTold(logger, e);
        }
    }

    /// <summary>Removes the first, and finds the next.</summary>
    private bool TakeNext(out (Task Sent, string ReqId, long Since) next)
    {
        lock (_queue)
        {
            _queue.Dequeue();
            if (_queue.Count <= Max)
            {
                _room?.SetResult();
                _room = null;
            }
            return _isAwaiting = _queue.TryPeek(out next);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A session could not be told that a request failed")]
    private static partial void LogNotTold(ILogger logger, Exception exception);
}
