using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Claims the batches of one lease. Each has a list of its own, <c>{inbox:&lt;endpoint&gt;}:claim:&lt;epoch&gt;:&lt;n&gt;</c>, with n growing
/// by one: no list is used twice.
/// </summary>
/// <param name="waiting">A connection for nothing else, since a wait blocks it.</param>
/// <param name="fence">The lease's fencing token, on any connection.</param>
/// <param name="lease">The lease.</param>
/// <param name="batchSize">The most entries of a batch.</param>
internal sealed class BatchClaimer(RedisConnection waiting, FencingToken fence, Lease lease, int batchSize)
{
    /// <summary>How long one wait for an entry lasts. Shorter than a lease usually is: so few claims outlive theirs and have to be refused.</summary>
    internal static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    private readonly RedisKey _inbox = RedisKeys.Inbox(lease.Endpoint);
    private readonly RedisKey _claims = RedisKeys.InboxClaims(lease.Endpoint);
    private readonly FencingToken _waitingFence = new(waiting, lease);
    private long _firstUnfinished = 1;
    private long _last;
    private string _written = "";
    private bool _wasLarge;

    /// <summary>Enters this lease among those that have claims. All earlier ones are recovered.</summary>
    internal Task StartAsync()
    {
        _written = $"{Unfinished}";
        return fence.RunAsync(LuaScripts.Fenced, _inbox, ["HSET", lease.Epoch, _written], _claims);
    }

    /// <summary>Waits up to a second until the inbox has entries, and claims them. One claim is under way at a time.</summary>
    /// <returns>The claim, without entries when none came; null, and nothing is claimed, when the index of claims is not as this holder wrote it.</returns>
    /// <remarks>
    /// One round trip: Redis runs the claim as soon as the wait before it on the connection is over.
    /// </remarks>
    internal async Task<Claim?> ClaimAsync()
    {
        var number = _last + 1;
        var list = RedisKeys.InboxClaim(lease.Endpoint, lease.Epoch, number);
        var range = $"{new ClaimRange(Volatile.Read(ref _firstUnfinished), number)}";
        var wait = waiting.Database.WaitForEntryAsync(_inbox, Wait);
        var claiming = _waitingFence.RunAsync(LuaScripts.InboxClaim, _inbox, [batchSize, _written, range], list, _claims);
        // Few entries come with the answer. Many are read behind it, in the same round trip when the batch before was large, too.
        var reading = _wasLarge ? waiting.Database.ListRangeAsync(list) : null;
        await Task.WhenAll(wait, claiming, reading ?? Task.CompletedTask);
        var answer = (RedisResult[])claiming.Result!;
        var count = (long)answer[0];
        if (count < 0)
            return null;
        var entries = (RedisValue[])answer[1]!;
        if (count > 0)
            (_last, _written) = (number, range);
        _wasLarge = count > entries.Length;
        // The read came too early when the script had to be sent again, or a node of a cluster sent it on.
        if (_wasLarge)
            entries = reading?.Result.Length == count ? reading.Result : await waiting.Database.ListRangeAsync(list);
        return Claim.Of(list, entries, redelivered: false);
    }

    /// <summary>Checks that Redis holds what this lease wrote last of its claims. A replica that took over may hold less, and lists that were removed.</summary>
    /// <exception cref="LeaseLostException">It does not: what it holds is for the next lease to recover.</exception>
    internal async Task ThrowIfForgottenAsync()
    {
        if (await fence.RunAsync(LuaScripts.Fenced, _inbox, ["HGET", lease.Epoch], _claims) is var stored && (string?)stored != _written)
            throw new LeaseLostException($"Redis holds other claims of inbox:{lease.Endpoint} than were made.");
    }

    /// <summary>Removes a claim that is handled. Claims are finished in their order.</summary>
    internal async Task FinishAsync(Claim claim)
    {
        await fence.RunAsync(LuaScripts.Fenced, _inbox, ["UNLINK"], claim.List);
        Interlocked.Increment(ref _firstUnfinished);
    }

    /// <summary>Strikes this lease off, so that the next holder neither ends this worker's connections nor looks for its claims. Nothing may be in flight.</summary>
    internal Task LeaveAsync() => fence.RunAsync(
        LuaScripts.InboxLeave, _inbox, [],
        [
            _claims, RedisKeys.InboxHolders(lease.Endpoint), RedisKeys.OldInboxTakers(lease.Endpoint),
            .. Unfinished.Numbers.Select(number => RedisKeys.InboxClaim(lease.Endpoint, lease.Epoch, number)),
        ]);

    private ClaimRange Unfinished => new(Volatile.Read(ref _firstUnfinished), _last);
}
