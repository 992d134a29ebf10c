using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands.Admin;

/// <summary>ADMIN_TRIM: drops older messages. They are deleted first, so that live sessions see them go.</summary>
internal sealed class TrimCommand(
    Conversations conversations, ConversationHistory history, ConversationWriter writer, ConversationNotifier notifier) : Command<TrimHistory>
{
    protected override async Task<Ack?> RunAsync(TrimHistory trim, CommandRun run)
    {
        if (await conversations.FindAsync(trim.Id) is not { IsMas: true })
            return Ack.NoWindow;
        var messages = await history.GetNewestAsync(trim.Id, -1);
        foreach (var message in messages.Where(message => message.Message.Gid <= trim.UpTo && message.Message.Status != ChatMessage.Deleted))
        {
            if (await writer.EditAsync(trim.Id, message, "") is { } deleted)
                await notifier.MessageChangedAsync(trim.Id, deleted, run.Delivery);
        }
        await writer.TrimAsync(trim.Id, messages.Count(message => message.Message.Gid > trim.UpTo));
        return Ack.Ok;
    }
}
