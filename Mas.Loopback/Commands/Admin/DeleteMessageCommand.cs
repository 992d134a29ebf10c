using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands.Admin;

/// <summary>ADMIN_DELETE_MESSAGE: deletes a message, whoever wrote it.</summary>
internal sealed class DeleteMessageCommand(
    Conversations conversations, ConversationHistory history, ConversationWriter writer, ConversationNotifier notifier) : Command<DeleteMessage>
{
    protected override async Task<Ack?> RunAsync(DeleteMessage delete, CommandRun run)
    {
        if (await conversations.FindAsync(delete.Id) is not { IsMas: true })
            return Ack.NoWindow;
        var messages = await history.GetNewestAsync(delete.Id, -1);
        if (messages.Find(message => message.Message.Gid == delete.Gid) is not { } message || await writer.EditAsync(delete.Id, message, "") is not { } deleted)
            return EditCommand.NoMessage;
        await notifier.MessageChangedAsync(delete.Id, deleted, run.Delivery);
        return Ack.Ok;
    }
}
