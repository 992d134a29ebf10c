namespace Mas.Core.Redis;

/// <summary>
/// Coalesces calls: one is in flight at a time, and requests that arrive meanwhile share the next one. A single request goes
/// out at once; under load many share a round trip. Requests keep their order.
/// </summary>
/// <typeparam name="TBatch">The requests of one call, and then its results.</typeparam>
/// <param name="begin">Creates an empty batch.</param>
/// <param name="run">Makes the call. Its exception reaches all requests of the batch.</param>
internal sealed class Coalescer<TBatch>(Func<TBatch> begin, Func<TBatch, Task> run)
{
    private readonly Lock _lock = new();
    private (TBatch Batch, TaskCompletionSource<TBatch> Done)? _next;
    private bool _running;

    /// <param name="add">Adds a request to a batch. Called before this returns, never concurrently.</param>
    /// <returns>The batch, once its call has ended.</returns>
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

    /// <summary>A single request skips the queue, so it costs no switch of threads.</summary>
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
