using Mas.Core.Model;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>Reactions (<c>+react</c>), shown as a line of the window.</summary>
internal sealed class ReactionEvents(IrcUsers ircUsers, OneOnOnes oneOnOnes, ConversationAccess access, EntryPoster poster, MessageLookup lookup)
{
    private const int MaxLength = 50;

    internal async Task ReactAsync(ParserContext context, IrcMessage message, IrcSource source, string reaction)
    {
        if (reaction.Length > MaxLength)
            return;
        var replyTo = IncomingText.ReplyToOf(message);
        if (context.Connection.Channel(context.Connection.Support.SplitStatus(message.Parameter(0)).Target) is { } channel)
        {
            await access.InChannelAsync(context, channel.Id, async (scope, dedup) =>
            {
                if (dedup.IsNew(context.User, context.Connection.Mapping.Fold(source.Nick), "REACT", $"{reaction} {replyTo}", context.At))
                    await PostAsync(scope, await ircUsers.AuthorOfAsync(context.Connection, source), reaction, replyTo);
            });
        }
        else if (await ircUsers.FindAsync(context.Connection, source.Nick) is { } author && await oneOnOnes.FindAsync(context, author) is { } id)
        {
            await access.InAsync(context, id, scope => PostAsync(scope, author, reaction, replyTo));
        }
    }

    private async Task PostAsync(ConversationScope scope, UserId author, string reaction, string? replyTo)
    {
        var quote = replyTo is null ? null : await lookup.QuoteAsync(scope.Context, scope.Id, replyTo);
        await poster.PostAsync(scope, author, Category.Info, quote is null ? $"reacts with {reaction}" : $"reacts with {reaction} to “{quote}”");
    }
}
