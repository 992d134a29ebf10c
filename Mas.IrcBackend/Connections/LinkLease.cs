using Mas.Core.Queues;

namespace Mas.IrcBackend.Connections;

/// <summary>A lease of the connection manager's, under which this process holds links; it numbers their connections.</summary>
/// <param name="lease">The lease.</param>
/// <param name="part">The inbox that it is of: whose users' links are held.</param>
internal sealed class LinkLease(Lease lease, InboxPartition part)
{
    // So many generations fit under one lease: the next holder's are higher.
    private const int GenerationBits = 24;
    private long _generation = lease.Epoch << GenerationBits;

    /// <summary>The inbox that it is of.</summary>
    internal InboxPartition Part { get; } = part;

    /// <summary>Who holds it.</summary>
    internal string Holder { get; } = lease.Holder;

    /// <summary>A number for the next connection, higher than all before it under this lease and under earlier ones.</summary>
    internal long NextGeneration() => Interlocked.Increment(ref _generation);
}
