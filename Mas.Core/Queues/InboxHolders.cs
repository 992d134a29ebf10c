using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// The lease holders of an inbox that may have commands in flight: <c>{inbox:&lt;endpoint&gt;}:holders</c>, epoch → worker. A holder leaves
/// when it has nothing in flight; otherwise the next holder evicts it, once.
/// </summary>
internal sealed class InboxHolders(RedisConnection redis, FencingToken fence, Lease lease, StaleHolderEvictor evictor)
{
    private readonly RedisKey _inbox = RedisKeys.Inbox(lease.Endpoint);
    private readonly RedisKey _holders = RedisKeys.InboxHolders(lease.Endpoint);

    /// <summary>Adds this worker. That raises the fence: from now on claims of earlier holders are refused.</summary>
    internal Task EnterAsync() => fence.RunAsync(LuaScripts.Fenced, _inbox, ["HSET", lease.Epoch, lease.Holder], _holders);

    /// <summary>Closes the connections of all earlier holders, so that none of their commands runs after this lease's.</summary>
    /// <param name="others">Further workers that held the lease.</param>
    /// <returns>Whether there are any: they did not leave in order.</returns>
    internal async Task<bool> EvictEarlierAsync(IReadOnlyCollection<string> others)
    {
        var holders = (RedisValue[])(await fence.RunAsync(LuaScripts.Fenced, _inbox, ["HGETALL"], _holders))!;
        var earlier = holders.Chunk(2).Where(holder => (long)holder[0] < lease.Epoch).ToArray();
        if (earlier.Length == 0 && others.Count == 0)
            return false;
        // Once, because a worker that lost one lease may hold others, which it would lose with its connections.
        if (await evictor.TryEvictAsync(lease.Endpoint, [.. earlier.Select(holder => (string)holder[1]!), .. others]) && earlier.Length > 0)
            await redis.Database.HashDeleteAsync(_holders, Array.ConvertAll(earlier, holder => holder[0]));
        return true;
    }
}
