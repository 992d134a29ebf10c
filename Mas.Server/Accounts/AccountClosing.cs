using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Server.Requests;
using Mas.Server.Sockets;

namespace Mas.Server.Accounts;

/// <summary>
/// Closes accounts: no way leads in any more, and what they have is taken apart by steps that may be repeated. That is done twice,
/// at once and when nothing that was asked for before can still be written (<see cref="ClosingAccounts"/>).
/// </summary>
internal sealed class AccountClosing(
    ClosingAccounts closing, Users users, UserWindows windows, UserNetworks networks, Conversations conversations, Friends friends,
    FriendRequests friendRequests, ProfileBroadcaster profiles, Backends backends, Sessions sessions, SessionEnder ender)
{
    private const int MaxConcurrent = 100;

    /// <summary>Closes one. Its sessions are told by <see cref="EndSessionsAsync"/>.</summary>
    internal async Task CloseAsync(UserId user)
    {
        await closing.NoteAsync(user);
        await TakeApartAsync(user);
    }

    /// <summary>Ends the sessions of a closed account, behind what waits in their outboxes.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="answer">As for <see cref="SessionEnder.TerminateAsync"/>.</param>
    internal async Task EndSessionsAsync(UserId user, (SessionRef To, byte[] Entry)? answer = null) =>
        await ender.TerminateAsync(await sessions.GetAsync(user), TerminateCode.AccountClosed, "Your account is closed.", answer);

    /// <summary>Takes those apart once more that were closed some time ago.</summary>
    internal async Task FinishAsync()
    {
        foreach (var user in await closing.GetDueAsync(MaxConcurrent))
        {
            // Noted and not closed: whoever was to do it has died before anything was done, and the user was not told that it was.
            if (await users.IsClosedAsync(user))
            {
                await TakeApartAsync(user);
                // Those whose windows were closed before.
                await foreach (var (network, id) in conversations.FindOneOnOnesAsync(user))
                    await LeaveAsync(user, network, id);
                await EndSessionsAsync(user);
            }
            await closing.SettleAsync(user);
        }
    }

    private async Task TakeApartAsync(UserId user)
    {
        await users.CloseAsync(user);
        await profiles.TellAsync(user);
        foreach (var windowId in await windows.GetIdsAsync(user))
        {
            if (await windows.FindConversationAsync(user, windowId) is { } id && await conversations.FindAsync(id) is { } conversation)
                await LeaveAsync(user, conversation.Network, id);
        }
        // Also those of which no window is open.
        foreach (var network in await networks.GetAsync(user))
            await LeaveNetworkAsync(user, network, null);
        foreach (var friend in await friends.GetAsync(user))
            await friendRequests.LeaveAsync(user, friend);
    }

    private Task LeaveAsync(UserId user, string network, ConversationId id) => network == Networks.Mas
        ? backends.TellAsync(new CloseWindow(new Origin(Rids.New(), user), id.Value))
        : LeaveNetworkAsync(user, network, id);

    private Task LeaveNetworkAsync(UserId user, string network, ConversationId? conversation) =>
        backends.TellIrcAsync(user, "DESTROY_ACCOUNT", network, conversation);
}
