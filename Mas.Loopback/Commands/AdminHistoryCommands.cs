using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>What operators do to messages.</summary>
internal static class AdminHistoryCommands
{
    internal static async Task<Ack> DeleteAsync(DeleteMessage delete, CommandContext context)
    {
        if (await context.On.Conversations.FindAsync(delete.Id) is not { IsMas: true })
            return Ack.NoWindow;
        var messages = await context.On.History.GetNewestAsync(delete.Id, -1);
        return messages.Find(message => message.Message.Gid == delete.Gid) is { } message
            && await context.Writer.EditAsync(delete.Id, message, "", context.Delivery) is not null
                ? Ack.Ok
                : new Ack(Status.NotFound, "The message is not there any more.");
    }

    /// <summary>Every message that goes is deleted first, so that whoever is there sees it go; then all of them are dropped.</summary>
    internal static async Task<Ack> TrimAsync(TrimHistory trim, CommandContext context)
    {
        if (await context.On.Conversations.FindAsync(trim.Id) is not { IsMas: true })
            return Ack.NoWindow;
        var messages = await context.On.History.GetNewestAsync(trim.Id, -1);
        foreach (var message in messages.Where(message => message.Message.Gid <= trim.UpTo && message.Message.Status != ChatMessage.Deleted))
            await context.Writer.EditAsync(trim.Id, message, "", context.Delivery);
        await context.Writer.TrimAsync(trim.Id, messages.Count(message => message.Message.Gid > trim.UpTo));
        return Ack.Ok;
    }
}
