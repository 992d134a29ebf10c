using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Commands;
using Mas.IrcBackend.Protocol.Session;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>A connection is made, is registered, or has another nick.</summary>
internal sealed class RegistrationEvents(
    UserConnections connections, NetworkStates states, IrcUsers ircUsers, ProfileBroadcaster profiles, FencingToken fence, ListenerRemoval listeners,
    JoinCommand join, HistoryRequests history, ConnectionSender sender)
{
    internal async Task ConnectingAsync(ParserContext context, EventEntry entry)
    {
        var connection = context.Connection;
        // A connection manager that died could not say that its connection ended.
        if (connection.IsRegistered && connection.Generation != entry.Generation)
            await listeners.RunAsync(context);
        await connections.BeginAsync(connection, entry.Generation);
        await states.SetAsync(context.User, context.Network, NetworkStates.Connecting, entry.RetryCount);
        context.TellServerWindow(Category.Server, entry.Text ?? "");
    }

    internal async Task RegisteredAsync(ParserContext context, RegistrationSummary summary)
    {
        var connection = context.Connection;
        var before = connection.Nick;
        connection.IsRegistered = true;
        await connections.RegisterAsync(connection, summary);
        await ircUsers.TakeNickAsync(connection, before, summary.Nick);
        await states.SetAsync(context.User, context.Network, NetworkStates.Connected, 0);
        await profiles.TellAsync(context.User, fence);
        await join.JoinAllAsync(context);
        if (await history.ForBouncerAsync(context) is { } request)
            await sender.SendAsync(context, null, request);
    }

    internal async Task NickAsync(ParserContext context, string nick)
    {
        var connection = context.Connection;
        // The connection's record last: a redelivery after a crash has to know which nick is free now.
        await ircUsers.TakeNickAsync(connection, connection.Nick, nick);
        await connections.SetAsync(connection, "nick", nick);
        connection.Nick = nick;
        await states.TellAsync(context.User, context.Network);
        await profiles.TellAsync(context.User, fence);
    }
}
