using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>Recovers the unfinished claims of an inbox's earlier lease holders.</summary>
internal sealed class EarlierClaims(RedisConnection redis, FencingToken fence, Lease lease)
{
    private readonly RedisKey _index = RedisKeys.InboxClaims(lease.Endpoint);

    /// <summary>The earlier leases that may have claims, oldest first. Raises the fence first, so they get no more.</summary>
    internal async Task<List<ClaimsOfLease>> ListAsync()
    {
        var index = (RedisValue[])(await fence.RunAsync(LuaScripts.Fenced, RedisKeys.Inbox(lease.Endpoint), ["HGETALL"], _index))!;
        return [.. index.Chunk(2)
            .Select(field => new ClaimsOfLease(lease.Endpoint, (long)field[0], ClaimRange.Parse(field[1]!)))
            .Where(claims => claims.Epoch < lease.Epoch)
            .OrderBy(claims => claims.Epoch)];
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
