using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Bridge;

namespace Mas.IrcBackend.State;

/// <summary>Posts what entries say, each message once, and tells the live sessions.</summary>
internal sealed class EntryPoster(ConversationWriter writer, ConversationHistory history)
{
    // More than one batch of an inbox posts, and longer than one connection lags behind another.
    private const int SearchedMessages = 2000;
    private const int MaxLagSeconds = 60;

    /// <summary>Posts what the entry says here.</summary>
    internal Task PostAsync(ConversationScope scope, UserId author, string cat, string body)
    {
        var context = scope.Context;
        return PostAsync(scope, new NewMessage(author, cat, body, context.Rid, context.Redelivered, context.At.ToUnixTimeSeconds()));
    }

    /// <summary>Posts a message.</summary>
    /// <param name="scope">The conversation.</param>
    /// <param name="message">The message.</param>
    /// <param name="sender">The session that gets an ACK in place of the message; null when all sessions get the message.</param>
    /// <returns>The message as the history holds it.</returns>
    internal async Task<ChatMessage> PostAsync(ConversationScope scope, NewMessage message, PendingAck? sender = null)
    {
        if (scope.Context.Redelivered && scope.Deduplicator is { } dedup && LineId.TryParse(message.Rid, out _)
            && await FindUncountedAsync(scope, dedup, message) is { } rid)
            message = message with { Rid = rid };
        return (await PostAsync(scope, [message], sender))[0];
    }

    /// <summary>Posts messages, in order.</summary>
    /// <returns>The messages as the history holds them.</returns>
    internal async Task<IReadOnlyList<ChatMessage>> PostAsync(ConversationScope scope, IReadOnlyList<NewMessage> messages, PendingAck? sender = null)
    {
        var result = await writer.PostAsync(scope.Id, messages);
        var posted = result.Messages.OfType<PostedMessage>().ToList();
        foreach (var message in posted)
            scope.Delivery.AddPosted(message, result.Live, scope.Context.Redelivered, sender);
        return posted.ConvertAll(message => message.Message);
    }

    /// <summary>Whether an earlier delivery of the entry has posted here.</summary>
    internal async Task<bool> HasPostedAsync(ConversationScope scope) =>
        (await history.GetNewestAsync(scope.Id, -1)).Exists(stored => stored.Message.Rid == scope.Context.Rid);

    /// <summary>The rid under which the same line was posted for another connection by a parser that died before it was counted.</summary>
    private async Task<string?> FindUncountedAsync(ConversationScope scope, ChannelDeduplicator dedup, NewMessage message)
    {
        var ts = scope.Context.At.ToUnixTimeSeconds();
        var newest = await history.GetNewestAsync(scope.Id, SearchedMessages);
        return newest.Find(stored => stored.Message is var old && old.UserId == message.Author && old.Cat == message.Cat && old.Body == message.Body
            && Math.Abs(old.Ts - ts) <= MaxLagSeconds && LineId.TryParse(old.Rid, out var line) && dedup.TakeUncounted(line))?.Message.Rid;
    }
}
