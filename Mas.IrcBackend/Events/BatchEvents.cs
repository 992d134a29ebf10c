using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Events;

/// <summary>Whole batches: some mean something as a whole, of the others each line does what it does by itself.</summary>
internal static class BatchEvents
{
    /// <summary>Handles the batch that an entry is.</summary>
    internal static async Task HandleAsync(ParserContext context, BatchEntry entry)
    {
        if (IrcBatch.FromLines(entry.Lines) is { } batch)
            await HandleAsync(context, entry, batch, 0);
    }

    /// <returns>How many of the entry's lines have been handled.</returns>
    private static async Task<int> HandleAsync(ParserContext context, BatchEntry entry, IrcBatch batch, int index)
    {
        await context.WithinAsync(batch, async () =>
        {
            if (batch.Type is IrcBatch.Multiline or IrcBatch.NetSplit)
            {
                context.Next(entry, index++);
                await (batch.Type == IrcBatch.Multiline ? MessageEvents.MultilineAsync(context, batch) : SplitEvents.BatchAsync(context, batch));
                return;
            }
            foreach (var item in batch.Items)
            {
                if (item.Batch is { } inner)
                {
                    index = await HandleAsync(context, entry, inner, index);
                    continue;
                }
                context.Next(entry, index++);
                await LineEvents.HandleAsync(context, item.Message!);
            }
        });
        return index;
    }
}
