using Mas.Core.Redis;
using Microsoft.Extensions.Logging;

namespace Mas.Core.Queues;

/// <summary>
/// Consumes one inbox under one lease: evicts earlier holders, redelivers their claims, then claims batches and handles up to four
/// concurrently.
/// </summary>
/// <param name="waiting">A connection for blocking waits only.</param>
/// <param name="held">The inbox and its lease.</param>
internal sealed partial class PartitionConsumer(
    RedisConnection redis, RedisConnection waiting, PartitionLease held, Func<PartitionLease, IInboxHandler> newHandler, WorkerOptions options, ILogger logger)
{
    private readonly FencingToken _fence = new(redis, held.Lease);

    private string Endpoint => held.Lease.Endpoint;

    /// <summary>Consumes until the lease is lost, or until asked to leave; then finishes the batches in flight, and leaves.</summary>
    internal async Task RunAsync(CancellationToken leaving)
    {
        var claimer = new BatchClaimer(waiting, _fence, held.Lease, options.BatchSize);
        var old = new OldClaims(redis, _fence, Endpoint);
        var holders = new InboxHolders(redis, _fence, held.Lease, new StaleHolderEvictor(redis, logger));
        await holders.EnterAsync();
        var followsACrash = await holders.EvictEarlierAsync(await old.ListTakersAsync());
        await using var handler = newHandler(held);
        await handler.StartAsync();
        var batches = new InFlightBatches(redis, handler, Endpoint);
        try
        {
            foreach (var claim in await old.ReadAsync())
                await HandleAgainAsync(claim, batches);
            await old.ShutOutAsync();
            await HandleEarlierAsync(batches, own: null);
            await claimer.StartAsync(mayRepeat: followsACrash && redis.MayFailOver);
            await ConsumeAsync(claimer, batches, leaving);
        }
        finally
        {
            // Unfinished batches stay claimed for the next holder. But none may still run when the next lease begins.
            await batches.WhenEndedAsync();
        }
        if (held.Lease.IsValid)
            await claimer.LeaveAsync();
    }

    private async Task ConsumeAsync(BatchClaimer claimer, InFlightBatches batches, CancellationToken leaving)
    {
        Task<Batch?>? next = null;
        try
        {
            while (!held.Lost.IsCancellationRequested && held.Lease.IsValid && (next is not null || !leaving.IsCancellationRequested))
            {
                var batch = await (next ?? ClaimAsync());
                next = null;
                if (batch is null)
                {
                    await RecoverAsync(claimer, batches);
                    continue;
                }
                // The next batch is claimed and parsed while earlier ones are handled.
                if (!leaving.IsCancellationRequested && !held.Lost.IsCancellationRequested)
                    next = ClaimAsync();
                if (batch.Claim.Entries.Count > 0)
                    batches.Begin(batch);
                await batches.WaitForRoomAsync();
            }
            await batches.Newest;
            // A failed claim may still have claimed entries: then this throws, and the worker does not leave.
            if (next is not null)
                await next;
        }
        finally
        {
            if (next is not null)
                await Task.WhenAny(next);
        }

        async Task<Batch?> ClaimAsync() => await claimer.ClaimAsync() is { } claim ? batches.Prepare(claim, claimer.FinishAsync) : null;
    }

    /// <summary>
    /// The index holds other claims than this lease's: a replica that took over may have missed the fence, and let an earlier holder claim.
    /// No claim of this lease is under way.
    /// </summary>
    private async Task RecoverAsync(BatchClaimer claimer, InFlightBatches batches)
    {
        await batches.Newest;
        await HandleEarlierAsync(batches, claimer.Written);
    }

    private async Task HandleEarlierAsync(InFlightBatches batches, string? own)
    {
        var earlier = new EarlierClaims(redis, _fence, held.Lease);
        foreach (var lease in await earlier.ListAsync(own))
        {
            foreach (var claim in await earlier.ReadAsync(lease))
                await HandleAgainAsync(claim, batches);
            await earlier.ForgetAsync(lease);
        }
    }

    private async Task HandleAgainAsync(Claim claim, InFlightBatches batches)
    {
        LogRedelivered(logger, Endpoint, claim.Entries.Count, $"{claim.List}");
        batches.Begin(batches.Prepare(claim, again => _fence.RunAsync(LuaScripts.Fenced, RedisKeys.Inbox(Endpoint), ["UNLINK"], again.List)));
        await batches.Newest;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "inbox:{Endpoint}: {Count} entries of {List} are redelivered")]
    private static partial void LogRedelivered(ILogger logger, string endpoint, int count, string list);
}
