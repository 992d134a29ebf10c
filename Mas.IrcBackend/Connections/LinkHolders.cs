using System.Globalization;
using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.IrcBackend.Connections;

/// <summary>Who holds, or has held, the links of an inbox's users.</summary>
/// <param name="Part">The inbox, of the layout of that time.</param>
/// <param name="Worker">The worker that held its lease.</param>
internal sealed record LinkHolder(InboxPartition Part, string Worker)
{
    /// <summary>Whether the user's links are among them.</summary>
    internal bool Has(UserId user) => Part.Owns(user.Value);

    /// <summary>Whether there are users who belong to both inboxes, which may be of different layouts.</summary>
    internal bool Meets(InboxPartition other) => (Part.Index - other.Index) % Divisor(Part.Count, other.Count) == 0;

    private static int Divisor(int one, int other) => other == 0 ? one : Divisor(other, one % other);
}

/// <summary>
/// Which workers hold the links: <c>ircconnectionsholders</c>. A worker that takes an inbox over says so first; whoever else
/// still holds links of that inbox's users sees it, and ends them.
/// </summary>
internal sealed class LinkHolders(RedisConnection redis)
{
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>All that are noted.</summary>
    internal async Task<List<LinkHolder>> ReadAsync()
    {
        var holders = new List<LinkHolder>();
        foreach (var entry in await _database.HashGetAllAsync(RedisKeys.IrcConnectionsHolders).WaitAsync(redis.Timeout))
        {
            if (((string)entry.Name!).Split('/') is [var index, var count] && int.TryParse(index, out var part) && int.TryParse(count, out var parts) && parts > 0)
                holders.Add(new LinkHolder(new InboxPartition(Endpoints.ConnectionManager, part, parts), entry.Value!));
        }
        return holders;
    }

    /// <summary>Notes a worker in the place of who held the inbox before.</summary>
    internal Task WriteAsync(LinkHolder holder) =>
        _database.HashSetAsync(RedisKeys.IrcConnectionsHolders, Field(holder.Part), holder.Worker).WaitAsync(redis.Timeout);

    /// <summary>Removes what is noted, unless it is another worker by now.</summary>
    internal Task RemoveAsync(LinkHolder holder) =>
        _database.RemoveFieldAsync(RedisKeys.IrcConnectionsHolders, Field(holder.Part), holder.Worker).WaitAsync(redis.Timeout);

    /// <summary>Removes workers of earlier layouts that live no more: who held nothing else since has died with its links.</summary>
    internal async Task RemoveDeadAsync(IEnumerable<LinkHolder> holders, InboxPartition now)
    {
        var former = holders.Where(holder => holder.Part.Count != now.Count).ToList();
        if (former.Count == 0)
            return;
        var living = (await _database.SortedSetRangeByRankAsync(RedisKeys.InboxWorkers(Endpoints.ConnectionManager)).WaitAsync(redis.Timeout)).ToHashSet();
        foreach (var dead in former.Where(holder => !living.Contains(holder.Worker)))
            await RemoveAsync(dead);
    }

    private static RedisValue Field(InboxPartition part) => string.Create(CultureInfo.InvariantCulture, $"{part.Index}/{part.Count}");
}
