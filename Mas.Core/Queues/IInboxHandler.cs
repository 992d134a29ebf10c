namespace Mas.Core.Queues;

/// <summary>Handles a partition's entries under one lease: created when the lease begins, disposed when it ends.</summary>
public interface IInboxHandler : IAsyncDisposable
{
    /// <summary>Called before any entry is handled.</summary>
    Task StartAsync();

    /// <summary>Parses a batch, without side effects. Batches are prepared in order.</summary>
    /// <returns>
    /// Handles the batch. Called in order, while earlier batches may be in flight. When it returns, every entry is handled or a dead
    /// letter; when it throws, all are redelivered. It ends soon after the lease is lost.
    /// </returns>
    Func<Task> Prepare(IReadOnlyList<InboxEntry> batch);
}
