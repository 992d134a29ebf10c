using Mas.Core.Queues;
using Mas.IrcBackend.Bridge;

namespace Mas.IrcBackend.Connections;

/// <summary>The connection manager of one partition of <c>inbox:connectionmanager</c> under one lease: carries out orders for its users' connections.</summary>
internal sealed class ConnectionManagerHandler(
    PartitionLease held, ManagedConnections connections, ParserProducer parser, InboxProducer producer, DeadLetters deadLetters)
    : PartitionedHandler<ConnectionOrder>(held, producer, deadLetters)
{
    private readonly ConnectionLease _lease = new(held.Lease, held.Partition);

    /// <summary>The route of an entry; null when it can't be read.</summary>
    internal static string? RouteOf(byte[] json) => ConnectionOrder.FromJson(json).Order?.UserId;

    public override Task StartAsync() => connections.TakeOverAsync(_lease, Held.Lost);

    protected override (ConnectionOrder? Message, string? Error) Read(byte[] json) => ConnectionOrder.FromJson(json);

    protected override string OrderingKeyOf(ConnectionOrder message) => $"{message.UserId}:{message.Network}";

    protected override string RouteOf(ConnectionOrder message) => message.UserId;

    protected override string? TraceparentOf(ConnectionOrder message) => message.Traceparent;

    protected override bool Joins(ConnectionOrder previous, ConnectionOrder next) => false;

    protected override Task FailAsync(ConnectionOrder message) => Task.CompletedTask;

    protected override async Task HandleAsync(IReadOnlyList<Work<ConnectionOrder>> run)
    {
        // A worker that was paused in the middle of a batch must stop: the next holder has begun with the rest.
        if (!Held.Lease.IsValid)
            throw new LeaseLostException($"The lease of {Held.Partition.Name} is over.");
        var (order, redelivered) = run[0];
        connections.TryGet(order.User, order.Network, out var connection);
        switch (order)
        {
            case ConnectOrder:
                await connections.ConnectAsync(order.User, order.Network, _lease);
                break;
            case SendOrder send when connection is not null:
                await connection.SendAsync(send, redelivered);
                break;
            case SendOrder { ConversationId: { } conversation } send:
                await ReportUnsentAsync(send, conversation, redelivered);
                break;
            case DisconnectOrder:
                await connections.DisconnectAsync(order.User, order.Network);
                break;
            case CloseOrder close when connection is not null && connection.Generation == close.Generation:
                connection.Stop();
                await connections.StartAsync(order.User, order.Network, connection.Ended, _lease);
                break;
        }
    }

    private async Task ReportUnsentAsync(SendOrder order, long conversation, bool redelivered)
    {
        for (var i = 0; i < order.Lines.Count; i++)
        {
            await parser.AddAsync(new EventEntry(
                order.UnsentRid(i), order.UserId, order.Network, order.Generation, 0, 0,
                redelivered ? ConnectionEventType.Unsure : ConnectionEventType.Unsent, order.Lines[i], ConversationId: conversation));
        }
        // When this returns, the order is removed, and nothing else remembers the lines.
        await parser.WhenPushedAsync();
    }
}
