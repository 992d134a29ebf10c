using Mas.Core.Model;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Commands;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>A connection, or the attempt to make one, has ended.</summary>
internal sealed class DisconnectEvents(
    UserConnections connections, NetworkStates states, IrcUsers ircUsers, Users users, ListenerRemoval listeners, ClosedAccounts closedAccounts)
{
    internal async Task EndedAsync(ParserContext context, EventEntry entry)
    {
        var connection = context.Connection;
        // A later connection manager reports an end that the one that died may have reported itself.
        var isOnBehalf = entry.Generation > connection.Generation && !context.Redelivered;
        if (isOnBehalf && !connection.IsRegistered && (await states.GetAsync(context.User, context.Network)).State == NetworkStates.Disconnected)
            return;
        await listeners.RunAsync(context);
        connection.IsRegistered = false;
        await connections.SetAsync(connection, "registered", "0");
        if (connection.Nick.Length > 0)
            await ircUsers.LeaveNickAsync(connection, connection.Nick);
        if (!await users.IsInUseAsync(context.User))
        {
            await closedAccounts.CleanUpAsync(context);
            return;
        }
        await states.SetAsync(context.User, context.Network, NetworkStates.Disconnected, entry.RetryCount);
        context.TellServerWindow(entry.IsFinal ? Category.Error : Category.Server, entry.Text ?? "");
    }
}
