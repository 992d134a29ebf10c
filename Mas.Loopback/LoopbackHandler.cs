using System.Collections.Frozen;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Loopback.Commands;

namespace Mas.Loopback;

/// <summary>Handles one partition of <c>inbox:loopbackparser</c>, MAS's own conversations: every change of those that belong to it.</summary>
internal sealed class LoopbackHandler(
    PartitionLease held, FencingToken fence, PostCommand post, IEnumerable<ICommand> commands, Outboxes outboxes, InboxProducer producer, DeadLetters deadLetters)
    : PartitionedHandler<BackendMessage>(held, producer, deadLetters)
{
    private readonly FrozenDictionary<Type, ICommand> _commands = commands.ToFrozenDictionary(command => command.MessageType);

    /// <summary>The route of an entry; null when it can't be read.</summary>
    internal static string? RouteOf(byte[] json) => BackendMessage.FromJson(json).Message?.OrderingKey;

    protected override (BackendMessage? Message, string? Error) Read(byte[] json) => BackendMessage.FromJson(json);

    protected override string OrderingKeyOf(BackendMessage message) => message.OrderingKey;

    protected override string? TraceparentOf(BackendMessage message) => message.Origin.Traceparent;

    // What names no conversation may make one; from then on others know it by its id.
    protected override bool IsBarrier(BackendMessage message) =>
        message is CreateGroup { ConversationId: 0 } or JoinGroup { ConversationId: 0 } or OpenChat { ConversationId: 0 };

    // The posts to one conversation in one batch are one append, and one push for each session.
    protected override bool Joins(BackendMessage previous, BackendMessage next) => previous is PostMessage && next is PostMessage;

    protected override async Task HandleAsync(IReadOnlyList<Work<BackendMessage>> run)
    {
        fence.ThrowIfLost();
        var delivery = outboxes.NewDelivery(fence);
        var (message, redelivered) = run[0];
        if (message is PostMessage)
            await post.RunAsync(run, delivery);
        else if (await _commands[message.GetType()].RunAsync(message, new CommandRun(delivery, redelivered)) is { } ack)
            delivery.AddAck(message.Origin, ack);
        await delivery.FlushAsync();
    }

    protected override async Task FailAsync(BackendMessage message)
    {
        var delivery = outboxes.NewDelivery(fence);
        delivery.AddAck(message.Origin, Ack.Failed);
        await delivery.FlushAsync();
    }
}
