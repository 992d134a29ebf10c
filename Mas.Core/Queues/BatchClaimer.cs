using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Claims the batches of one lease, each into a list of its own, <c>{inbox:&lt;endpoint&gt;}:claim:&lt;epoch&gt;:&lt;n&gt;</c>. n grows by one, so
/// no list is used twice.
/// </summary>
/// <param name="waiting">A connection of its own, since a wait blocks it.</param>
/// <param name="fence">The lease's fencing token, on any connection.</param>
/// <param name="batchSize">The most entries of a batch.</param>
internal sealed class BatchClaimer(RedisConnection waiting, FencingToken fence, Lease lease, int batchSize)
{
    /// <summary>The longest wait for an entry. Shorter than a lease, so that few claims outlive theirs and are refused.</summary>
    internal static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    private readonly RedisKey _inbox = RedisKeys.Inbox(lease.Endpoint);
    private readonly RedisKey _claims = RedisKeys.InboxClaims(lease.Endpoint);
    private readonly FencingToken _waitingFence = new(waiting, lease);
    private long _firstUnfinished = 1;
    private long _last;
    private long _mayRepeat;
    private bool _wasLarge;

    /// <summary>What this lease wrote last to the index of claims.</summary>
    internal string Written { get; private set; } = $"{new ClaimRange(1, 0)}";

    /// <summary>Adds this lease to the index of claims. All earlier claims must have been recovered.</summary>
    /// <param name="mayRepeat">
    /// Whether entries that the inbox holds now may have been handled, because a replica that took over had missed their claim. They are
    /// redelivered.
    /// </param>
    internal async Task StartAsync(bool mayRepeat)
    {
        await fence.RunAsync(LuaScripts.Fenced, _inbox, ["HSET", lease.Epoch, Written], _claims);
        if (mayRepeat)
            _mayRepeat = (long)await fence.RunAsync(LuaScripts.Fenced, _inbox, ["LLEN"]);
    }

    /// <summary>
    /// Waits up to a second for entries, and claims a batch. Takes one round trip: Redis runs the claim as soon as the wait before it on
    /// the connection is over. Not to be called concurrently.
    /// </summary>
    /// <returns>The claim, which may be empty; null, and nothing is claimed, when the index is not as this holder wrote it.</returns>
    internal async Task<Claim?> ClaimAsync()
    {
        var number = _last + 1;
        var list = RedisKeys.InboxClaim(lease.Endpoint, lease.Epoch, number);
        var range = $"{new ClaimRange(Volatile.Read(ref _firstUnfinished), number)}";
        var wait = waiting.Database.WaitForEntryAsync(_inbox, Wait);
        var claiming = _waitingFence.RunAsync(LuaScripts.InboxClaim, _inbox, [batchSize, Written, range], list, _claims);
        // The answer holds a few entries. Many are read after it; in the same round trip if the previous batch was large, too.
        var reading = _wasLarge ? waiting.Database.ListRangeAsync(list) : null;
        await Task.WhenAll(wait, claiming, reading ?? Task.CompletedTask);
        var answer = (RedisResult[])claiming.Result!;
        var count = (long)answer[0];
        if (count < 0)
            return null;
        var entries = (RedisValue[])answer[1]!;
        if (count > 0)
            (_last, Written) = (number, range);
        _wasLarge = count > entries.Length;
        // The read was too early if the script was sent again, or redirected by a node.
        if (_wasLarge)
            entries = reading?.Result.Length == count ? reading.Result : await waiting.Database.ListRangeAsync(list);
        var claim = Claim.Of(list, entries, redelivered: _mayRepeat > 0);
        _mayRepeat -= count;
        return claim;
    }

    /// <summary>Removes a handled claim. Claims are finished in order.</summary>
    internal async Task FinishAsync(Claim claim)
    {
        await fence.RunAsync(LuaScripts.Fenced, _inbox, ["UNLINK"], claim.List);
        Interlocked.Increment(ref _firstUnfinished);
    }

    /// <summary>
    /// Removes this lease, so that the next holder neither evicts this worker nor looks for its claims. Nothing may be in flight.
    /// </summary>
    internal Task LeaveAsync() => fence.RunAsync(
        LuaScripts.InboxLeave, _inbox, [],
        [
            _claims, RedisKeys.InboxHolders(lease.Endpoint), RedisKeys.OldInboxTakers(lease.Endpoint),
            .. Unfinished.Numbers.Select(number => RedisKeys.InboxClaim(lease.Endpoint, lease.Epoch, number)),
        ]);

    private ClaimRange Unfinished => new(Volatile.Read(ref _firstUnfinished), _last);
}
