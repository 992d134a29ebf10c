using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.IrcBackend.Bridge;

namespace Mas.IrcBackend.Connections;

/// <summary>The connection manager: handles one of its inboxes (<c>inbox:connectionmanager</c>), orders for the links of its users.</summary>
internal sealed class ConnectionManagerHandler(RedisConnection redis, UserLinks links, ParserUplink uplink, Courier courier, DeadLetters deadLetters)
    : LaneHandler<LinkOrder>(Endpoints.ConnectionManager, courier, deadLetters)
{
    private Lease? _lease;
    private LinkLease? _under;

    protected override async Task BeginAsync(Lease lease, CancellationToken stopping)
    {
        (_lease, _under) = (lease, new LinkLease(lease, Part));
        await links.TakeOverAsync(_under, stopping);
    }

    protected override (LinkOrder? Message, string? Error) Read(byte[] json) => LinkOrder.FromJson(json);

    protected override string LaneOf(LinkOrder message) => $"{message.UserId}:{message.Network}";

    protected override string RouteOf(LinkOrder message) => message.UserId;

    protected override bool Joins(LinkOrder previous, LinkOrder next) => false;

    protected override Task FailAsync(LinkOrder message) => Task.CompletedTask;

    protected override async Task HandleAsync(IReadOnlyList<Work<LinkOrder>> run, CancellationToken stopping)
    {
        // A holder that was paused in the middle of a batch must not go on with it: the next one has begun with the rest.
        if (!_lease!.IsValid)
            throw new LeaseLostException("The lease of the IRC connections is over.");
        var order = run[0].Message;
        links.TryGet(order.User, order.Network, out var link);
        switch (order)
        {
            case ConnectOrder:
                await redis.Database.SetAddAsync(RedisKeys.IrcConnections, RedisKeys.IrcConnectionMember(order.User, order.Network));
                if (link is null || link.State == LinkState.Waiting)
                {
                    link?.Stop();
                    await links.StartAsync(order.User, order.Network, link?.Ended ?? Task.CompletedTask, _under!);
                }
                break;
            case SendOrder send when link is not null:
                await link.SendAsync(send, run[0].Redelivered);
                break;
            case SendOrder { ConversationId: { } conversation } send:
                foreach (var line in send.Lines)
                {
                    await uplink.AddAsync(new EventEntry(
                        Rids.New(), send.UserId, send.Network, send.Generation, 0, 0,
                        run[0].Redelivered ? LinkEvents.Unsure : LinkEvents.Unsent, line, ConversationId: conversation));
                }
                break;
            case DisconnectOrder:
                await redis.Database.SetRemoveAsync(RedisKeys.IrcConnections, RedisKeys.IrcConnectionMember(order.User, order.Network));
                link?.Stop();
                break;
            case CloseOrder close when link is not null && link.Generation == close.Generation:
                link.Stop();
                await links.StartAsync(order.User, order.Network, link.Ended, _under!);
                break;
        }
    }
}
