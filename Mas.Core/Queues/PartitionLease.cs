namespace Mas.Core.Queues;

/// <summary>A partition of an endpoint's inbox while this worker holds its lease.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Partition">The partition. The number of partitions does not change while the lease is held.</param>
/// <param name="Lost">Cancelled when the lease is lost or the process stops.</param>
public sealed record PartitionLease(Lease Lease, InboxPartition Partition, CancellationToken Lost);
