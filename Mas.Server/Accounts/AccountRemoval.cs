using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Accounts;

/// <summary>Removes a closed account from its conversations, networks and friends.</summary>
internal sealed class AccountRemoval(
    UserWindows windows, UserNetworks networks, Conversations conversations, Friends friends, FriendNotifier notifier, ProfileBroadcaster profiles, InboxProducer producer)
{
    /// <summary>Runs all steps; each can be repeated.</summary>
    /// <param name="user">The user.</param>
    /// <param name="all">Whether to look for one-on-ones whose windows were closed before, which reads the whole index.</param>
    internal async Task RunAsync(UserId user, bool all)
    {
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
            await notifier.EndFriendshipAsync(user, friend);
        if (!all)
            return;
        await foreach (var (network, id) in conversations.FindOneOnOnesAsync(user))
            await LeaveAsync(user, network, id);
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
