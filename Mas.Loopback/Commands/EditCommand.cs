using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>EDIT: changes or deletes one of the user's own messages.</summary>
internal sealed class EditCommand(OwnConversations own, ConversationHistory history, ConversationWriter writer, ConversationNotifier notifier) : Command<EditMessage>
{
    internal static readonly Ack NoMessage = new(Status.NotFound, "This message no longer exists.");

    protected override async Task<Ack?> RunAsync(EditMessage edit, CommandRun run)
    {
        if (await own.FindAsync(edit) is null)
            return Ack.NoWindow;
        var messages = await history.GetNewestAsync(edit.Id, -1);
        var old = messages.Find(message => message.Message.Gid == edit.Gid);
        if (old is null)
            return NoMessage;
        if (old.Message.UserId != edit.Origin.User || old.Message.Cat is not (Category.Message or Category.Action))
            return new Ack(Status.NoPermission, "You can only edit or delete your own messages.");
        if (old.Message.Status == ChatMessage.Deleted && !run.Redelivered)
            return NoMessage;
        if (await writer.EditAsync(edit.Id, old, edit.Text) is not { } changed)
            return NoMessage;
        await notifier.MessageChangedAsync(edit.Id, changed, run.Delivery);
        return Ack.Ok;
    }
}
