using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Recovers the claims of workers from before claim lists: <c>{inbox:&lt;endpoint&gt;}:taken:&lt;taker&gt;</c>, with the takers in the sorted
/// set <c>{inbox:&lt;endpoint&gt;}:takers</c> by time.
/// </summary>
/// <remarks>
/// Such a worker does not see claim lists. While these may exist, <c>takers</c> is a string, so that the worker fails before it
/// claims anything, and gives its lease up.
/// </remarks>
internal sealed class OldClaims(RedisConnection redis, FencingToken fence, string endpoint)
{
    private const string Guard = "Workers from before claim lists can't consume this inbox: it may have claims that they do not see. Stop them.";

    private readonly RedisKey _takers = RedisKeys.OldInboxTakers(endpoint);

    /// <summary>The takers, oldest first. The fence must have been raised.</summary>
    internal async Task<string[]> ListTakersAsync()
    {
        var isSortedSet = await redis.Database.KeyTypeAsync(_takers) == RedisType.SortedSet;
        return isSortedSet ? [.. (await redis.Database.SortedSetRangeByRankAsync(_takers)).Select(taker => (string)taker!)] : [];
    }

    internal IEnumerable<RedisKey> ListsOf(IEnumerable<string> takers) => takers.Select(taker => RedisKeys.OldInboxTaken(endpoint, taker));

    /// <summary>Reads their claims, oldest first.</summary>
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

    /// <summary>Keeps such workers from consuming. Their claims must have been handled.</summary>
    internal Task ShutOutAsync() => fence.RunAsync(LuaScripts.Fenced, RedisKeys.Inbox(endpoint), ["SET", Guard], _takers);
}
