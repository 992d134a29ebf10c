namespace Mas.Core.Redis;

/// <summary>
/// Calls that are cheaper together: one is under way at a time, and what is asked for meanwhile goes with the next. Alone, a
/// call goes out at once; under load, many share a round trip. What joins first comes first.
/// </summary>
/// <typeparam name="TBatch">What one call carries, and afterwards what it brought.</typeparam>
/// <param name="begin">Makes an empty batch.</param>
/// <param name="run">Makes the call. When it throws, all who joined the batch get the exception.</param>
internal sealed class Coalescer<TBatch>(Func<TBatch> begin, Func<TBatch, Task> run)
{
    private readonly Lock _lock = new();
    private (TBatch Batch, TaskCompletionSource<TBatch> Done)? _next;
    private bool _running;

    /// <summary>Adds to the batch that goes out next.</summary>
    /// <param name="add">Adds; called before this returns, never twice at once.</param>
    /// <returns>The batch, once it has been carried out.</returns>
    internal Task<TBatch> JoinAsync(Action<TBatch> add)
    {
        lock (_lock)
        {
            if (_running)
            {
                var next = _next ??= (begin(), new TaskCompletionSource<TBatch>(TaskCreationOptions.RunContinuationsAsynchronously));
                add(next.Batch);
                return next.Done.Task;
            }
            _running = true;
        }
        return RunAloneAsync(add);
    }

    /// <summary>Without the way through a queue: who is alone waits for Redis only.</summary>
    private async Task<TBatch> RunAloneAsync(Action<TBatch> add)
    {
        var batch = begin();
        add(batch);
        try
        {
            await run(batch);
            return batch;
        }
        finally
        {
            _ = RunOthersAsync();
        }
    }

    private async Task RunOthersAsync()
    {
        while (TakeNext() is var (batch, done))
        {
            try
            {
                await run(batch);
                done.SetResult(batch);
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }
    }

    private (TBatch, TaskCompletionSource<TBatch>)? TakeNext()
    {
        lock (_lock)
        {
            var next = _next;
            _next = null;
            _running = next is not null;
            return next;
        }
    }
}
