using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>EDIT: changes or takes back a message of the own.</summary>
internal static class EditCommand
{
    private static readonly Ack NoMessage = new(Status.NotFound, "The message is not there any more.");

    internal static async Task<Ack> RunAsync(EditMessage edit, CommandContext context)
    {
        if (await context.FindOwnAsync(edit) is null)
            return Ack.NoWindow;
        var messages = await context.On.History.GetNewestAsync(edit.Id, -1);
        var old = messages.Find(message => message.Message.Gid == edit.Gid);
        if (old is null)
            return NoMessage;
        if (old.Message.UserId != edit.Origin.User || old.Message.Cat is not (Category.Message or Category.Action))
            return new Ack(Status.NoPermission, "Only messages of your own can be changed.");
        if (old.Message.Status == ChatMessage.Deleted && !context.Redelivered)
            return NoMessage;
        return await context.Writer.EditAsync(edit.Id, old, edit.Text, context.Delivery) is null ? NoMessage : Ack.Ok;
    }
}
