using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>UPDATE_PASSWORD: sets or removes a group's password.</summary>
internal static class PasswordCommand
{
    internal static async Task<Ack> RunAsync(SetPassword password, CommandContext context)
    {
        if (await context.FindOwnAsync(password) is not var (conversation, role))
            return Ack.NoWindow;
        if (!conversation.IsGroup)
            return new Ack(Status.Error, "A conversation of two has no password.");
        if (!Roles.MayModerate(role))
            return new Ack(Status.NoPermission, "Only the owner and operators may change the password.");
        await context.Writer.SetFieldAsync(password.Id, "password", password.Password, context.Delivery);
        return Ack.Ok;
    }
}
