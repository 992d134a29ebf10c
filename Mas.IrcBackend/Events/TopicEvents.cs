using System.Globalization;
using Mas.Core.Model;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>TOPIC, 331, 332 and 333.</summary>
internal sealed class TopicEvents(IrcUsers ircUsers, ConversationAccess access, ConversationFields fields, EntryPoster poster, ConversationHistory history)
{
    // The last second of the year 9999, the latest time that can be formatted.
    private const long MaxUnixSeconds = 253402300799;

    internal async Task TopicAsync(ParserContext context, IrcMessage message)
    {
        if (context.Connection.Channel(message.Parameter(0)) is not { } channel)
            return;
        var topic = message.Parameter(1);
        await access.InChannelAsync(context, channel.Id, async (scope, dedup) =>
        {
            if (!dedup.IsNew(context.User, context.Connection.Mapping.Fold(message.Source?.Nick ?? ""), "TOPIC", topic, context.At))
                return;
            await fields.SetAsync(scope, "topic", topic);
            var author = await ircUsers.AuthorOfAsync(context.Connection, message.Source);
            await poster.PostAsync(scope, author, Category.Info, topic.Length > 0 ? $"changed the topic to: {topic}" : "removed the topic");
        });
    }

    /// <summary>332: the topic; 331: there is none.</summary>
    internal Task TopicReplyAsync(ParserContext context, IrcMessage message) =>
        context.Connection.Channel(message.Parameter(1)) is { } channel
            ? access.InAsync(context, channel.Id, scope => fields.SetAsync(scope, "topic", message.Command == "331" ? "" : message.Last))
            : ServerEvents.ShowAsync(context, message);

    /// <summary>333: who set the topic, and when.</summary>
    internal async Task TopicWhoAsync(ParserContext context, IrcMessage message)
    {
        if (context.Connection.Channel(message.Parameter(1)) is not { } channel)
        {
            await ServerEvents.ShowAsync(context, message);
            return;
        }
        var when = long.TryParse(message.Parameter(3), NumberStyles.None, CultureInfo.InvariantCulture, out var ts)
            ? $" on {DateTimeOffset.FromUnixTimeSeconds(Math.Min(ts, MaxUnixSeconds)):yyyy-MM-dd HH:mm} UTC"
            : "";
        var text = $"The topic was set by {IrcSource.Parse(message.Parameter(2)).Nick}{when}";
        await access.InChannelAsync(context, channel.Id, async (scope, _) =>
        {
            // Every connection gets it on joining; one message is enough.
            var isPosted = (await history.GetNewestAsync(channel.Id, -1)).Exists(stored => stored.Message.Cat == Category.Info && stored.Message.Body == text);
            if (!isPosted)
                await poster.PostAsync(scope, UserId.Server, Category.Info, text);
        });
    }
}
