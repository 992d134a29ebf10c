using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Loopback.Commands;

/// <summary>UPDATE_TOPIC: sets a group's topic; every member may.</summary>
internal static class TopicCommand
{
    internal static async Task<Ack> RunAsync(SetTopic topic, CommandContext context)
    {
        if (await context.FindOwnAsync(topic) is not var (conversation, _))
            return Ack.NoWindow;
        if (!conversation.IsGroup)
            return new Ack(Status.Error, "A conversation of two has no topic.");
        await context.Writer.SetFieldAsync(topic.Id, "topic", topic.Topic, context.Delivery);
        await context.PostLineAsync(topic.Id, topic, Category.Info, topic.Topic.Length > 0 ? $"changed the topic to: {topic.Topic}" : "removed the topic");
        return Ack.Ok;
    }
}
