using System.Globalization;
using Mas.Core.Queues;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.IrcBackend.Connections;

/// <summary>The worker that holds, or has held, the connections of a partition's users.</summary>
/// <param name="Partition">The partition, in the layout of that time.</param>
/// <param name="Worker">The worker that held its lease.</param>
internal sealed record ConnectionHolder(InboxPartition Partition, string Worker)
{
    /// <summary>Whether the user belongs to the partition.</summary>
    internal bool Has(UserId user) => Partition.Owns(user.Value);

    /// <summary>Whether users can belong to both partitions, which may be of different layouts.</summary>
    internal bool Meets(InboxPartition other) => (Partition.Index - other.Index) % Divisor(Partition.Count, other.Count) == 0;

    private static int Divisor(int one, int other) => other == 0 ? one : Divisor(other, one % other);
}

/// <summary>
/// Which workers hold IRC connections: <c>ircconnectionsholders</c>. A worker that takes a partition over registers first; another
/// one that still holds connections of the partition's users sees that and ends them.
/// </summary>
internal sealed class ConnectionHolders(RedisConnection redis)
{
    private readonly MasterDatabase _database = redis.Database;

    internal async Task<List<ConnectionHolder>> ReadAsync()
    {
        var holders = new List<ConnectionHolder>();
        foreach (var entry in await _database.HashGetAllAsync(RedisKeys.IrcConnectionsHolders))
        {
            if (((string)entry.Name!).Split('/') is [var index, var count] && int.TryParse(index, out var part) && int.TryParse(count, out var parts) && parts > 0)
                holders.Add(new ConnectionHolder(new InboxPartition(Endpoints.ConnectionManager, part, parts), entry.Value!));
        }
        return holders;
    }

    /// <summary>Registers a worker in place of the partition's holder before.</summary>
    internal Task WriteAsync(ConnectionHolder holder) =>
        _database.HashSetAsync(RedisKeys.IrcConnectionsHolders, Field(holder.Partition), holder.Worker);

    /// <summary>Removes a worker, unless another one has taken its place.</summary>
    internal Task RemoveAsync(ConnectionHolder holder) =>
        _database.RemoveFieldAsync(RedisKeys.IrcConnectionsHolders, Field(holder.Partition), holder.Worker);

    /// <summary>Removes dead workers of earlier layouts; their connections died with them.</summary>
    internal async Task RemoveDeadAsync(IEnumerable<ConnectionHolder> holders, InboxPartition partition)
    {
        var former = holders.Where(holder => holder.Partition.Count != partition.Count).ToList();
        if (former.Count == 0)
            return;
        var living = (await _database.SortedSetRangeByRankAsync(RedisKeys.InboxWorkers(Endpoints.ConnectionManager))).ToHashSet();
        foreach (var dead in former.Where(holder => !living.Contains(holder.Worker)))
            await RemoveAsync(dead);
    }

    private static RedisValue Field(InboxPartition partition) => string.Create(CultureInfo.InvariantCulture, $"{partition.Index}/{partition.Count}");
}
