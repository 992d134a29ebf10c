namespace Mas.Core.Queues;

/// <summary>A partition whose lease this worker holds.</summary>
/// <param name="Partition">The partition. Its <see cref="InboxPartition.Count"/> does not change while the lease is held.</param>
/// <param name="Lost">Cancelled when the lease is lost or the process stops.</param>
public sealed record PartitionLease(Lease Lease, InboxPartition Partition, CancellationToken Lost);
