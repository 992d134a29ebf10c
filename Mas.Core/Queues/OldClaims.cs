using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// The claims of workers from before claim lists: lists <c>{inbox:&lt;endpoint&gt;}:taken:&lt;taker&gt;</c>, whose takers, by when each took,
/// are in the sorted set <c>{inbox:&lt;endpoint&gt;}:takers</c>.
/// </summary>
/// <remarks>
/// Such a worker does not see claim lists. While there may be any, <c>takers</c> is a string: then the worker fails before it
/// takes anything, and gives the lease up.
/// </remarks>
internal sealed class OldClaims(RedisConnection redis, FencingToken fence, string endpoint)
{
    private const string Guard = "Workers from before claim lists can't consume this inbox: it may have claims that they do not see. Stop them.";

    private readonly RedisKey _takers = RedisKeys.OldInboxTakers(endpoint);

    /// <summary>The takers, in the order in which they took. The fence has been raised.</summary>
    internal async Task<string[]> ListTakersAsync()
    {
        var isSortedSet = await redis.Database.KeyTypeAsync(_takers) == RedisType.SortedSet;
        return isSortedSet ? [.. (await redis.Database.SortedSetRangeByRankAsync(_takers)).Select(taker => (string)taker!)] : [];
    }

    /// <summary>The lists of these takers.</summary>
    internal IEnumerable<RedisKey> ListsOf(IEnumerable<string> takers) => takers.Select(taker => RedisKeys.OldInboxTaken(endpoint, taker));

    /// <summary>Reads what was left taken, oldest first.</summary>
    internal async Task<List<Claim>> ReadAsync()
    {
        var claims = new List<Claim>();
        foreach (var list in ListsOf(await ListTakersAsync()))
        {
            if (await redis.Database.ListRangeAsync(list) is { Length: > 0 } stored)
                claims.Add(Claim.Of(list, stored, redelivered: true));
        }
        return claims;
    }

    /// <summary>Keeps such workers from consuming; all that they had taken is handled.</summary>
    internal Task ShutOutAsync() => fence.RunAsync(LuaScripts.Fenced, RedisKeys.Inbox(endpoint), ["SET", Guard], _takers);
}
