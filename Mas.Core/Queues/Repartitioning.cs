using Mas.Core.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Changes an endpoint's number of partitions (<c>inboxlayout:&lt;endpoint&gt;</c>); nothing in flight is lost or reordered.
/// Takes the leases of all inboxes, old and new, so that nobody consumes; closes the old ones, so that nobody pushes; copies their
/// entries in order to their new inboxes; opens these; and publishes the new layout. Each step may be repeated: another worker
/// continues an interrupted change. See docs/design/leases.md.
/// </summary>
internal sealed partial class Repartitioning(
    RedisConnection redis, string endpoint, string worker, Func<byte[], string?> routeOf, TimeSpan leaseLasts, TimeProvider time, ILogger logger)
{
    private const int Chunk = 500;
    private static readonly TimeSpan LeaseInterval = TimeSpan.FromMilliseconds(50);

    private readonly MasterDatabase _database = redis.Database;

    /// <summary>Carries out a requested change, unless another worker does.</summary>
    /// <returns>The published layout; null when there is nothing to do, or another worker does it.</returns>
    /// <exception cref="LeaseLostException">A lease was lost; another worker has to continue.</exception>
    internal async Task<InboxLayout?> TryRunAsync(CancellationToken stopping)
    {
        // The holder of partition 0's lease does it.
        if (await Lease.TryAcquireAsync(redis, endpoint, worker, leaseLasts, time) is not { } first)
            return null;
        var held = new List<LeaseRenewer> { new(first, time, logger, stopping) };
        try
        {
            var layout = await InboxLayout.ReadAsync(redis, endpoint);
            if (layout.Next is not { } next)
                return null;
            var inboxes = new List<Held> { new(endpoint, first, new FencingToken(redis, first)) };
            for (var index = 1; index < layout.All; index++)
            {
                var name = InboxPartition.NameOf(endpoint, index);
                held.Add(new LeaseRenewer(await AcquireAsync(name, held, stopping), time, logger, stopping));
                inboxes.Add(new Held(name, held[^1].Lease, new FencingToken(redis, held[^1].Lease)));
            }
            return await RunAsync(layout with { Changer = first.Epoch }, next, inboxes, stopping);
        }
        finally
        {
            foreach (var keeper in held)
                await keeper.DisposeAsync();
        }
    }

    private async Task<Lease> AcquireAsync(string name, List<LeaseRenewer> held, CancellationToken stopping)
    {
        while (true)
        {
            if (held.Find(keeper => keeper.Lost.IsCancellationRequested) is { } lost)
                throw new LeaseLostException($"The lease of {lost.Lease.Endpoint} is over.");
            if (await Lease.TryAcquireAsync(redis, name, worker, leaseLasts, time) is { } lease)
                return lease;
            await Task.Delay(LeaseInterval, time, stopping);
        }
    }

    private async Task<InboxLayout> RunAsync(InboxLayout layout, int next, List<Held> inboxes, CancellationToken stopping)
    {
        var since = redis.WriteGeneration;
        // Raises the fence of the layout, so that an earlier worker that was paused can't set IsMoved.
        await WriteAsync(layout, inboxes[0].FencingToken);
        if (!layout.IsMoved)
        {
            foreach (var inbox in inboxes)
                await inbox.OnCompanionAsync("DEL", RedisKeys.InboxArriving(inbox.Name));
            for (var index = 0; index < layout.Parts; index++)
            {
                var waiting = await CloseAsync(inboxes[index], layout.Version + 1, stopping);
                LogClosed(logger, inboxes[index].Name, waiting);
                await CopyAsync(inboxes[index].Name, next, inboxes, stopping);
            }
            await redis.ConfirmWritesAsync(since);
            await WriteAsync(layout with { IsMoved = true }, inboxes[0].FencingToken);
        }
        foreach (var inbox in inboxes)
        {
            await inbox.FencingToken.RunAsync(
                LuaScripts.InboxOpen, RedisKeys.Inbox(inbox.Name), [layout.Version + 1], RedisKeys.InboxVersion(inbox.Name), RedisKeys.InboxArriving(inbox.Name));
            await inbox.OnCompanionAsync("DEL", RedisKeys.InboxLeaving(inbox.Name));
        }
        var published = new InboxLayout(layout.Version + 1, next);
        await WriteAsync(published, inboxes[0].FencingToken);
        return published;
    }

    private Task<RedisResult> WriteAsync(InboxLayout layout, FencingToken fence) => fence.ExecuteAsync("SET", RedisKeys.InboxLayout(endpoint), layout.ToJson());

    private async Task<long> CloseAsync(Held inbox, long version, CancellationToken stopping)
    {
        var (earlier, old) = (new EarlierClaims(redis, inbox.FencingToken, inbox.Lease), new OldClaims(redis, inbox.FencingToken, inbox.Name));
        while (true)
        {
            stopping.ThrowIfCancellationRequested();
            var claims = await earlier.ListAsync(own: null);
            var takers = await old.ListTakersAsync();
            // A conversation's next worker may consume another inbox, and would not know whom to evict.
            await new InboxHolders(redis, inbox.FencingToken, inbox.Lease, new StaleHolderEvictor(redis, logger)).EvictEarlierAsync(takers);
            RedisKey[] companions =
            [
                RedisKeys.InboxVersion(inbox.Name), RedisKeys.InboxLeaving(inbox.Name), RedisKeys.InboxClaims(inbox.Name), RedisKeys.OldInboxTakers(inbox.Name),
                .. old.ListsOf(takers), .. claims.SelectMany(one => one.Lists),
            ];
            var index = claims.SelectMany(one => new RedisValue[] { one.Epoch, $"{one.Range}" });
            var waiting = (long)await inbox.FencingToken.RunAsync(
                LuaScripts.InboxClose, RedisKeys.Inbox(inbox.Name), [-version, InboxEntry.Mark, .. index], companions);
            if (waiting >= 0)
                return waiting;
        }
    }

    /// <summary>Copies an old inbox's entries, oldest first. Unreadable ones go to partition 0, where they become dead letters.</summary>
    private async Task CopyAsync(string from, int next, List<Held> inboxes, CancellationToken stopping)
    {
        for (long copied = 0; ; copied += Chunk)
        {
            stopping.ThrowIfCancellationRequested();
            var entries = await _database.ListRangeAsync(RedisKeys.InboxLeaving(from), -copied - Chunk, -copied - 1);
            if (entries.Length == 0)
                return;
            Array.Reverse(entries);
            foreach (var partition in entries.GroupBy(entry => routeOf(entry!) is { } route ? InboxPartition.IndexOf(route, next) : 0))
                await inboxes[partition.Key].OnCompanionAsync("LPUSH", RedisKeys.InboxArriving(inboxes[partition.Key].Name), [.. partition]);
        }
    }

    /// <summary>An inbox whose lease is held.</summary>
    private sealed record Held(string Name, Lease Lease, FencingToken FencingToken)
    {
        internal Task<RedisResult> OnCompanionAsync(string command, RedisKey companion, params RedisValue[] arguments) =>
            FencingToken.RunAsync(LuaScripts.Fenced, RedisKeys.Inbox(Name), [command, .. arguments], companion);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "inbox:{Endpoint} is closed for a moment; {Count} entries in flight change their inbox")]
    private static partial void LogClosed(ILogger logger, string endpoint, long count);
}
