using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.IrcBackend.State;

/// <summary>Opens windows, within the user's limit.</summary>
internal sealed class WindowOpener(UserWindows windows, Users users, WindowLifecycle lifecycle, FencingToken fence)
{
    internal async Task<bool> IsOpenAsync(UserId user, ConversationId id) => await windows.FindWindowIdAsync(user, id) is not null;

    /// <summary>Opens the window unless it is open; on redelivery it is told again.</summary>
    internal async Task OpenAsync(ConversationScope scope, UserId user, Conversation conversation)
    {
        if (scope.Context.Redelivered || !await IsOpenAsync(user, scope.Id))
            await lifecycle.OpenAsync(user, conversation, fence, scope.Delivery);
    }

    /// <summary>Whether the user has as many windows as allowed.</summary>
    internal async Task<bool> IsLimitReachedAsync(UserId user) => await windows.CountAsync(user) >= await users.GetMaxWindowsAsync(user);
}
