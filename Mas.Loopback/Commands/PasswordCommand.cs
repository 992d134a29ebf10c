using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>UPDATE_PASSWORD: sets or removes a group's password.</summary>
internal sealed class PasswordCommand(OwnConversations own, ConversationWriter writer, ConversationNotifier notifier) : Command<SetPassword>
{
    protected override async Task<Ack?> RunAsync(SetPassword change, CommandRun run)
    {
        if (await own.FindAsync(change) is not var (conversation, role))
            return Ack.NoWindow;
        if (!conversation.IsGroup)
            return new Ack(Status.Error, "A one-on-one has no password.");
        if (!Roles.MayModerate(role))
            return new Ack(Status.NoPermission, "Only the owner and operators can change the password.");
        await writer.SetFieldAsync(change.Id, "password", change.Password);
        await notifier.WindowsChangedAsync(change.Id, new WindowChanges { Password = change.Password }, run.Delivery);
        return Ack.Ok;
    }
}
