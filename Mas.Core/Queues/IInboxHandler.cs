namespace Mas.Core.Queues;

/// <summary>Handles the entries of one partition under one lease. It is made when the lease is acquired and disposed when the lease ends.</summary>
public interface IInboxHandler : IAsyncDisposable
{
    /// <summary>Does what must come before any entry.</summary>
    Task StartAsync();

    /// <summary>Reads a batch; nothing is done yet. Batches are prepared in their order.</summary>
    /// <returns>
    /// Handles the batch. It is called in the batches' order, while earlier ones may be in flight. When it returns, every entry is
    /// done or dead-lettered; when it throws, all of them are redelivered. It ends soon once the lease is lost.
    /// </returns>
    Func<Task> Prepare(IReadOnlyList<InboxEntry> batch);
}
