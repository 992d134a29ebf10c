using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Accounts;

/// <summary>
/// Closes accounts: removes every way to log in, then what the user has, in steps that can be repeated. The steps run twice: at once,
/// and again when no earlier request can write any more (<see cref="ClosingAccounts"/>).
/// </summary>
internal sealed class AccountClosing(
    ClosingAccounts closing, Users users, UserWindows windows, UserNetworks networks, Conversations conversations, Friends friends,
    FriendNotifier friendNotifier, ProfileBroadcaster profiles, InboxProducer producer, Sessions sessions, SessionTerminator terminator)
{
    private const int MaxConcurrent = 100;

    /// <summary>Closes an account. <see cref="EndSessionsAsync"/> ends its sessions.</summary>
    internal async Task CloseAsync(UserId user)
    {
        await closing.NoteAsync(user);
        await RemoveAsync(user);
    }

    /// <summary>Ends the sessions of a closed account, behind the entries that wait in their outboxes.</summary>
    internal async Task EndSessionsAsync(UserId user, (SessionRef To, byte[] Entry)? answer = null) =>
        await terminator.TerminateAsync(await sessions.GetAsync(user), TerminateCode.AccountClosed, "Your account is closed.", answer);

    /// <summary>Repeats the steps for accounts that were closed some time ago.</summary>
    internal async Task FinishAsync()
    {
        foreach (var user in await closing.GetDueAsync(MaxConcurrent))
        {
            // Noted, but not closed: the server died before the first step, and the user got no answer.
            if (await users.IsClosedAsync(user))
            {
                await RemoveAsync(user);
                // Also conversations whose windows were closed before.
                await foreach (var (network, id) in conversations.FindOneOnOnesAsync(user))
                    await LeaveAsync(user, network, id);
                await EndSessionsAsync(user);
            }
            await closing.SettleAsync(user);
        }
    }

    private async Task RemoveAsync(UserId user)
    {
        await users.CloseAsync(user);
        await profiles.TellAsync(user);
        foreach (var windowId in await windows.GetIdsAsync(user))
        {
            if (await windows.FindConversationAsync(user, windowId) is { } id && await conversations.FindAsync(id) is { } conversation)
                await LeaveAsync(user, conversation.Network, id);
        }
        // Also networks without an open window.
        foreach (var network in await networks.GetAsync(user))
            await LeaveNetworkAsync(user, network, null);
        foreach (var friend in await friends.GetAsync(user))
            await friendNotifier.EndFriendshipAsync(user, friend);
    }

    private Task LeaveAsync(UserId user, string network, ConversationId id)
    {
        if (network != Networks.Mas)
            return LeaveNetworkAsync(user, network, id);
        var close = new CloseWindow(new Origin(Rids.New(), user), id.Value);
        return producer.SendAsync(Endpoints.Loopback, close.OrderingKey, close.ToJson());
    }

    private Task LeaveNetworkAsync(UserId user, string network, ConversationId? conversation) => producer.SendAsync(
        Endpoints.IrcParser, network,
        new IrcRequest(new Origin(Rids.New(), user), network, conversation?.Value, IrcRequest.Compose("DESTROY_ACCOUNT")).ToJson());
}
