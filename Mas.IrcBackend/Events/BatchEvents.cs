using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>Batches: multiline messages and netsplits are handled as a whole; the lines of others as if they came by themselves.</summary>
internal sealed class BatchEvents(LineDispatcher lines, MessageEvents messages, NetsplitEvents netsplits)
{
    internal async Task HandleAsync(ParserContext context, BatchEntry entry)
    {
        if (entry.Batch is { } batch)
            await HandleAsync(context, entry, batch, 0);
    }

    /// <returns>How many of the entry's lines are handled.</returns>
    private async Task<int> HandleAsync(ParserContext context, BatchEntry entry, IrcBatch batch, int index)
    {
        await context.WithinAsync(batch, async () =>
        {
            if (batch.Type is IrcBatch.Multiline or IrcBatch.NetSplit)
            {
                context.Next(entry, index++);
                await (batch.Type == IrcBatch.Multiline ? messages.MultilineAsync(context, batch) : netsplits.BatchAsync(context, batch));
                return;
            }
            foreach (var item in batch.Items)
            {
                if (item.Batch is { } inner)
                {
                    index = await HandleAsync(context, entry, inner, index);
                }
                else if (item.Message is { } message)
                {
                    context.Next(entry, index++);
                    await lines.HandleAsync(context, message);
                }
            }
        });
        return index;
    }
}
