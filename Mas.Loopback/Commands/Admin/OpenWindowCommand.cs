using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands.Admin;

/// <summary>ADMIN_OPEN_WINDOW: gives a member the window that is missing.</summary>
internal sealed class OpenWindowCommand(
    Conversations conversations, Users users, UserWindows userWindows, MemberWindows windows) : Command<OpenMissingWindow>
{
    protected override async Task<Ack?> RunAsync(OpenMissingWindow open, CommandRun run)
    {
        var target = new UserId(open.Target);
        if (await conversations.FindAsync(open.Id) is not { IsMas: true } conversation)
            return RemoveGroupCommand.NoGroup;
        if (await conversations.GetRoleAsync(open.Id, target) is null or Roles.Detached || !await users.IsInUseAsync(target))
            return KickCommand.NoMember;
        if (await userWindows.FindWindowIdAsync(target, open.Id) is { } windowId && await userWindows.FindAsync(target, windowId) is not null)
            return MemberWindows.Opened(windowId);
        return await windows.AnswerOpenedAsync(target, conversation, run);
    }
}
