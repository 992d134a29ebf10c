using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// The lease holders of an inbox that may have commands under way: <c>{inbox:&lt;endpoint&gt;}:holders</c>, epoch → worker. A holder leaves when
/// nothing of it is in flight; the others are evicted by the next one, each once.
/// </summary>
internal sealed class InboxHolders(RedisConnection redis, FencingToken fence, Lease lease, StaleHolderEvictor evictor)
{
    private readonly RedisKey _inbox = RedisKeys.Inbox(lease.Endpoint);
    private readonly RedisKey _holders = RedisKeys.InboxHolders(lease.Endpoint);

    /// <summary>Enters this worker. The fence is raised by that: what an earlier holder claims from now on is refused.</summary>
    internal Task EnterAsync() => fence.RunAsync(LuaScripts.Fenced, _inbox, ["HSET", lease.Epoch, lease.Holder], _holders);

    /// <summary>Ends the connections of all earlier holders, so that nothing of theirs arrives behind what is done under this lease.</summary>
    /// <param name="others">Further workers that held the lease.</param>
    internal async Task EvictEarlierAsync(IReadOnlyCollection<string> others)
    {
        var holders = (RedisValue[])(await fence.RunAsync(LuaScripts.Fenced, _inbox, ["HGETALL"], _holders))!;
        var earlier = holders.Chunk(2).Where(holder => (long)holder[0] < lease.Epoch).ToArray();
        if (earlier.Length == 0 && others.Count == 0)
            return;
        // Once: a worker that lost one lease goes on with others, and would lose them with its connections.
        if (await evictor.TryEvictAsync(lease.Endpoint, [.. earlier.Select(holder => (string)holder[1]!), .. others]) && earlier.Length > 0)
            await redis.Database.HashDeleteAsync(_holders, Array.ConvertAll(earlier, holder => holder[0]));
    }
}
