using Mas.Core.Queues;
using Mas.Core.Telemetry;
using Mas.IrcBackend.Bridge;

namespace Mas.IrcBackend.State;

/// <summary>Gives orders to the connection manager. An order is in its inbox when a method returns.</summary>
internal sealed class ConnectionSender(InboxProducer producer)
{
    /// <summary>Sends lines over the user's connection.</summary>
    /// <param name="context">The entry.</param>
    /// <param name="conversation">Where to report a line that could not be sent; null when nobody typed the lines.</param>
    /// <param name="lines">The lines.</param>
    internal Task SendAsync(ParserContext context, ConversationId? conversation, params IReadOnlyList<string> lines)
    {
        var rid = context.NextOrderRid();
        return lines.Count == 0
            ? Task.CompletedTask
            : OrderAsync(new SendOrder(rid, context.User.Value, context.Network, context.Connection.Generation, lines, conversation?.Value));
    }

    internal Task ConnectAsync(ParserContext context) => OrderAsync(new ConnectOrder($"{context.Rid}/c", context.User.Value, context.Network));

    internal Task DisconnectAsync(ParserContext context) => OrderAsync(new DisconnectOrder($"{context.Rid}/d", context.User.Value, context.Network, ""));

    /// <summary>Ends the present connection, which is then made again.</summary>
    internal Task ReconnectAsync(ParserContext context) =>
        OrderAsync(new CloseOrder($"{context.Rid}/l", context.User.Value, context.Network, context.Connection.Generation));

    private Task OrderAsync(ConnectionOrder order) =>
        producer.SendAsync(Endpoints.ConnectionManager, order.UserId, (order with { Traceparent = MasTracing.Traceparent }).ToJson());
}
