using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Loopback.Commands;

namespace Mas.Loopback;

/// <summary>Handles one of the inboxes of MAS's own conversations (<c>inbox:loopbackparser</c>): every change of those that belong to it.</summary>
internal sealed class LoopbackHandler(PartitionLease held, FencingToken fence, LoopbackDependencies on, DeadLetters deadLetters)
    : PartitionedHandler<BackendMessage>(held, on.InboxProducer, deadLetters)
{
    private readonly ConversationWriter _writer = new(fence, on.Redis, on.Conversations, on.HistoryOptions, on.Time);
    private readonly RepeatedPosts _repeated = new(on.Time);

    /// <summary>The route of an entry; null when it can't be read.</summary>
    internal static string? RouteOf(byte[] json) => BackendMessage.FromJson(json).Message?.OrderingKey;

    protected override (BackendMessage? Message, string? Error) Read(byte[] json) => BackendMessage.FromJson(json);

    protected override string OrderingKeyOf(BackendMessage message) => message.OrderingKey;

    // What names its conversation makes it, perhaps; from then on others know it by its id.
    protected override bool StandsAlone(BackendMessage message) =>
        message is CreateGroup { ConversationId: 0 } or JoinGroup { ConversationId: 0 } or OpenChat { ConversationId: 0 };

    // What is said in one conversation in one batch is one append and one push for each session.
    protected override bool Joins(BackendMessage previous, BackendMessage next) => previous is PostMessage && next is PostMessage;

    protected override async Task HandleAsync(IReadOnlyList<Work<BackendMessage>> run)
    {
        fence.ThrowIfLost();
        var delivery = on.Outboxes.NewDelivery(fence);
        if (run[0].Message is PostMessage)
        {
            await PostCommand.RunAsync(on, _writer, run, _repeated, fence, delivery);
        }
        else
        {
            var message = run[0].Message;
            var context = new CommandContext(on, _writer, fence, delivery, Held.Partition, run[0].Redelivered);
            if (await RunAsync(message, context) is { } ack)
                Answer(delivery, message.Origin, ack);
        }
        await delivery.FlushAsync();
    }

    protected override async Task FailAsync(BackendMessage message)
    {
        var delivery = on.Outboxes.NewDelivery(fence);
        Answer(delivery, message.Origin, Ack.Failed);
        await delivery.FlushAsync();
    }

    internal static void Answer(Delivery delivery, Origin origin, Ack ack)
    {
        if (origin is { Session: { } session, ReqId: { } reqId })
            delivery.Add(session, ack.ToJson(reqId));
    }

    private static async Task<Ack?> RunAsync(BackendMessage message, CommandContext context) => message switch
    {
        EditMessage edit => await EditCommand.RunAsync(edit, context),
        CreateGroup create => await CreateCommand.RunAsync(create, context),
        JoinGroup join => await JoinCommand.RunAsync(join, context),
        OpenChat chat => await ChatCommand.RunAsync(chat, context),
        CloseWindow close => await CloseCommand.RunAsync(close, context),
        SetTopic topic => await TopicCommand.RunAsync(topic, context),
        SetPassword password => await PasswordCommand.RunAsync(password, context),
        SetRole role => await RoleCommand.RunAsync(role, context),
        KickMember kick => await KickCommand.RunAsync(kick, context),
        InviteUser invite => await InviteCommand.RunAsync(invite, context),
        RemoveGroup remove => await AdminGroupCommands.RemoveAsync(remove, context),
        SetOwner owner => await AdminGroupCommands.SetOwnerAsync(owner, context),
        RemoveMember member => await AdminGroupCommands.RemoveMemberAsync(member, context),
        OpenMissingWindow window => await AdminGroupCommands.OpenWindowAsync(window, context),
        DeleteMessage delete => await AdminHistoryCommands.DeleteAsync(delete, context),
        TrimHistory trim => await AdminHistoryCommands.TrimAsync(trim, context),
        _ => throw new InvalidOperationException($"No command handles {message.GetType().Name}."),
    };
}
