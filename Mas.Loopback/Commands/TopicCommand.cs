using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>UPDATE_TOPIC: sets a group's topic; every member may.</summary>
internal sealed class TopicCommand(OwnConversations own, ConversationWriter writer, ConversationNotifier notifier, EventLines lines) : Command<SetTopic>
{
    protected override async Task<Ack?> RunAsync(SetTopic change, CommandRun run)
    {
        if (await own.FindAsync(change) is not var (conversation, _))
            return Ack.NoWindow;
        if (!conversation.IsGroup)
            return new Ack(Status.Error, "A one-on-one has no topic.");
        await writer.SetFieldAsync(change.Id, "topic", change.Topic);
        await notifier.WindowsChangedAsync(change.Id, new WindowChanges { Topic = change.Topic }, run.Delivery);
        await lines.PostAsync(change.Id, change, Category.Info, change.Topic.Length > 0 ? $"changed the topic to: {change.Topic}" : "removed the topic", run);
        return Ack.Ok;
    }
}
