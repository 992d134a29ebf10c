using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>Recovers the unfinished claims of an inbox's earlier lease holders.</summary>
internal sealed class EarlierClaims(RedisConnection redis, FencingToken fence, Lease lease)
{
    private readonly RedisKey _index = RedisKeys.InboxClaims(lease.Endpoint);

    /// <summary>The earlier leases that may have claims, oldest first. Raises the fence first, so they get no more.</summary>
    /// <param name="own">What this lease wrote last of its own claims; null when nothing.</param>
    /// <exception cref="LeaseLostException">
    /// The index does not hold <paramref name="own"/>, or holds claims of a later epoch: a replica that took over had missed writes. The
    /// next lease, whose epoch is higher than all of these, recovers the claims.
    /// </exception>
    internal async Task<List<ClaimsOfLease>> ListAsync(string? own)
    {
        var index = (RedisValue[])(await fence.RunAsync(LuaScripts.Fenced, RedisKeys.Inbox(lease.Endpoint), ["HGETALL"], _index))!;
        var all = index.Chunk(2)
            .Select(field => new ClaimsOfLease(lease.Endpoint, (long)field[0], ClaimRange.Parse(field[1]!)))
            .OrderBy(claims => claims.Epoch)
            .ToList();
        var stored = all.Find(claims => claims.Epoch == lease.Epoch)?.Range.ToString();
        var newest = all.Count > 0 ? Math.Max(all[^1].Epoch, lease.Epoch) : lease.Epoch;
        if (stored != own || newest > lease.Epoch)
        {
            await redis.Database.RaiseAsync(RedisKeys.NextLeaseEpoch, newest);
            throw new LeaseLostException($"The claims of inbox:{lease.Endpoint} are not those that this lease and earlier ones made. The next lease recovers them.");
        }
        return all.FindAll(claims => claims.Epoch < lease.Epoch);
    }

    /// <summary>Reads one lease's claims, oldest first, marked as redelivered.</summary>
    internal async Task<List<Claim>> ReadAsync(ClaimsOfLease claims)
    {
        var lists = claims.Lists.ToList();
        var stored = await Task.WhenAll(lists.Select(list => redis.Database.ListRangeAsync(list)));
        return [.. lists.Zip(stored).Where(one => one.Second.Length > 0).Select(one => Claim.Of(one.First, one.Second, redelivered: true))];
    }

    /// <summary>Removes a lease without claims from the index, unless it has claimed more: a new master may have missed the fence.</summary>
    internal Task ForgetAsync(ClaimsOfLease claims) => redis.Database.RemoveFieldAsync(_index, claims.Epoch, $"{claims.Range}");
}

/// <summary>The claims of one lease that may be unfinished.</summary>
internal sealed record ClaimsOfLease(string Endpoint, long Epoch, ClaimRange Range)
{
    internal IEnumerable<RedisKey> Lists => Range.Numbers.Select(number => RedisKeys.InboxClaim(Endpoint, Epoch, number));
}
