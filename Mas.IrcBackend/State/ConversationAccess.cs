using Mas.Core.Queues;

namespace Mas.IrcBackend.State;

/// <summary>Gives entries access to conversations, one at a time to each.</summary>
internal sealed class ConversationAccess(ConversationLocks locks, ChannelDeduplicators deduplicators, Outboxes outboxes, FencingToken fence)
{
    /// <summary>Runs <paramref name="work"/> as the conversation's only writer, then delivers its notifications. Not reentrant.</summary>
    internal async Task InAsync(ParserContext context, ConversationId id, Func<ConversationScope, Task> work)
    {
        using var held = await locks.TakeAsync(id.ToString());
        var scope = new ConversationScope(context, id, outboxes.NewDelivery(fence), null);
        await work(scope);
        await scope.Delivery.FlushAsync();
    }

    /// <summary>The same for a channel, with its deduplicator. A redelivered line that was counted was done then, and is skipped.</summary>
    internal async Task InChannelAsync(ParserContext context, ConversationId id, Func<ConversationScope, ChannelDeduplicator, Task> work)
    {
        using var held = await locks.TakeAsync(id.ToString());
        try
        {
            var dedup = await deduplicators.GetAsync(id);
            // A request has no place among the lines; what it posts is found by its rid.
            if (context.Redelivered && context.Seq > 0 && dedup.HasCounted(context.User, context.Generation, context.Seq))
                return;
            var scope = new ConversationScope(context, id, outboxes.NewDelivery(fence), dedup);
            await work(scope, dedup);
            await scope.Delivery.FlushAsync();
            dedup.Move(context.User, context.Generation, context.Seq);
            await deduplicators.SaveAsync(id, dedup);
        }
        catch
        {
            // Counted in memory but not done: read again what was saved.
            deduplicators.Forget(id);
            throw;
        }
    }
}
