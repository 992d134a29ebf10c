using Mas.Core.Queues;

namespace Mas.IrcBackend.Connections;

/// <summary>A lease of the connection manager; it numbers the connections that are made under it.</summary>
/// <param name="lease">The lease.</param>
/// <param name="partition">The partition whose users' connections are held.</param>
internal sealed class ConnectionLease(Lease lease, InboxPartition partition)
{
    // 2^24 generations fit under one lease; those under the next lease are higher.
    private const int GenerationBits = 24;
    private long _generation = lease.Epoch << GenerationBits;

    internal InboxPartition Partition { get; } = partition;

    /// <summary>The worker that holds it.</summary>
    internal string Holder { get; } = lease.Holder;

    /// <summary>The number of the next connection, higher than all before under this lease and earlier ones.</summary>
    internal long NextGeneration() => Interlocked.Increment(ref _generation);
}
