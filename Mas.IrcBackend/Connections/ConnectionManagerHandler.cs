using Mas.Core.Queues;
using Mas.IrcBackend.Bridge;

namespace Mas.IrcBackend.Connections;

/// <summary>The connection manager: handles one of its inboxes (<c>inbox:connectionmanager</c>), orders for the links of its users.</summary>
internal sealed class ConnectionManagerHandler(PartitionLease held, UserLinks links, ParserUplink uplink, InboxProducer producer, DeadLetters deadLetters)
    : PartitionedHandler<LinkOrder>(held, producer, deadLetters)
{
    private readonly LinkLease _under = new(held.Lease, held.Partition);

    /// <summary>The route of an entry; null when it can't be read.</summary>
    internal static string? RouteOf(byte[] json) => LinkOrder.FromJson(json).Order?.UserId;

    public override Task StartAsync() => links.TakeOverAsync(_under, Held.Lost);

    protected override (LinkOrder? Message, string? Error) Read(byte[] json) => LinkOrder.FromJson(json);

    protected override string OrderingKeyOf(LinkOrder message) => $"{message.UserId}:{message.Network}";

    protected override string RouteOf(LinkOrder message) => message.UserId;

    protected override bool Joins(LinkOrder previous, LinkOrder next) => false;

    protected override Task FailAsync(LinkOrder message) => Task.CompletedTask;

    protected override async Task HandleAsync(IReadOnlyList<Work<LinkOrder>> run)
    {
        // A holder that was paused in the middle of a batch must not go on with it: the next one has begun with the rest.
        if (!Held.Lease.IsValid)
            throw new LeaseLostException("The lease of the IRC connections is over.");
        var order = run[0].Message;
        links.TryGet(order.User, order.Network, out var link);
        switch (order)
        {
            case ConnectOrder:
                await links.ConnectAsync(order.User, order.Network, _under);
                break;
            case SendOrder send when link is not null:
                await link.SendAsync(send, run[0].Redelivered);
                break;
            case SendOrder { ConversationId: { } conversation } send:
                for (var i = 0; i < send.Lines.Count; i++)
                {
                    await uplink.AddAsync(new EventEntry(
                        send.UnsentRid(i), send.UserId, send.Network, send.Generation, 0, 0,
                        run[0].Redelivered ? LinkEvents.Unsure : LinkEvents.Unsent, send.Lines[i], ConversationId: conversation));
                }
                // With the order the last trace of them goes.
                await uplink.WhenPushedAsync();
                break;
            case DisconnectOrder:
                await links.DisconnectAsync(order.User, order.Network);
                break;
            case CloseOrder close when link is not null && link.Generation == close.Generation:
                link.Stop();
                await links.StartAsync(order.User, order.Network, link.Ended, _under);
                break;
        }
    }
}
