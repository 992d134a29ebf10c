using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>The claims of an inbox that earlier lease holders left unfinished.</summary>
internal sealed class EarlierClaims(RedisConnection redis, FencingToken fence, Lease lease)
{
    private readonly RedisKey _index = RedisKeys.InboxClaims(lease.Endpoint);

    /// <summary>The earlier leases that may have claims, in their order. The fence is raised first, so these get no more.</summary>
    internal async Task<List<ClaimsOfLease>> ListAsync()
    {
        var index = (RedisValue[])(await fence.RunAsync(LuaScripts.Fenced, RedisKeys.Inbox(lease.Endpoint), ["HGETALL"], _index))!;
        return [.. index.Chunk(2)
            .Select(field => new ClaimsOfLease(lease.Endpoint, (long)field[0], ClaimRange.Parse(field[1]!)))
            .Where(claims => claims.Epoch < lease.Epoch)
            .OrderBy(claims => claims.Epoch)];
    }

    /// <summary>Reads what one lease's holder left, oldest first; its entries may have been handled.</summary>
    internal async Task<List<Claim>> ReadAsync(ClaimsOfLease claims)
    {
        var lists = claims.Lists.ToList();
        var stored = await Task.WhenAll(lists.Select(list => redis.Database.ListRangeAsync(list)));
        return [.. lists.Zip(stored).Where(one => one.Second.Length > 0).Select(one => Claim.Of(one.First, one.Second, redelivered: true))];
    }

    /// <summary>Forgets a lease whose claims are all finished, unless it has claimed more: a replica that took over may not know the fence.</summary>
    internal Task ForgetAsync(ClaimsOfLease claims) => redis.Database.RemoveFieldAsync(_index, claims.Epoch, $"{claims.Range}");
}

/// <summary>The claims of one lease that may be unfinished.</summary>
internal sealed record ClaimsOfLease(string Endpoint, long Epoch, ClaimRange Range)
{
    internal IEnumerable<RedisKey> Lists => Range.Numbers.Select(number => RedisKeys.InboxClaim(Endpoint, Epoch, number));
}
