namespace Mas.Server.Sockets;

/// <summary>
/// What a session has asked of backends and is not known to have arrived there. They are looked after in their order, in
/// which they arrive, too: so for many that share a push, one wait is enough.
/// </summary>
/// <param name="timeout">How long each may take.</param>
/// <param name="time">The clock.</param>
/// <param name="failedAsync">Told of one that has not arrived for certain, by its <c>reqId</c>, and why. Never throws.</param>
internal sealed class InFlightRequests(TimeSpan timeout, TimeProvider time, Func<string, Exception, Task> failedAsync)
{
    /// <summary>So many may be on their way before the next one is read.</summary>
    internal const int Most = 64;

    private readonly Queue<(Task Sent, string ReqId, long Since)> _queue = new();
    private TaskCompletionSource? _room;
    private bool _isFollowing;

    /// <summary>Looks after one. Waits only when many are on their way.</summary>
    internal Task FollowAsync(Task sent, string reqId)
    {
        var wait = Task.CompletedTask;
        var next = (Sent: sent, ReqId: reqId, Since: time.GetTimestamp());
        lock (_queue)
        {
            if (sent.IsCompletedSuccessfully && !_isFollowing)
                return wait;
            _queue.Enqueue(next);
            if (_queue.Count > Most)
                wait = (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            if (_isFollowing)
                return wait;
            _isFollowing = true;
        }
        _ = FollowAllAsync(next);
        return wait;
    }

    private async Task FollowAllAsync((Task Sent, string ReqId, long Since) next)
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
                await failedAsync(next.ReqId, e);
            }
        }
        while (TakeNext(out next));
    }

    /// <summary>Done with the first; which is the next, if any.</summary>
    private bool TakeNext(out (Task Sent, string ReqId, long Since) next)
    {
        lock (_queue)
        {
            _queue.Dequeue();
            if (_queue.Count <= Most)
            {
                _room?.SetResult();
                _room = null;
            }
            return _isFollowing = _queue.TryPeek(out next);
        }
    }
}
