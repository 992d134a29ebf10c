using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Events;

/// <summary>TAGMSG: who is typing (<c>+typing</c>), and reactions to what was said (<c>+react</c>).</summary>
internal static class TagEvents
{
    private const int MaxReactionChars = 50;

    /// <summary>A message without a text.</summary>
    internal static async Task HandleAsync(ParserContext context, IrcMessage message)
    {
        if (message.Source is not { } source || context.Connection.IsMe(source.Nick))
            return;
        if (message.Tag("+typing") is "active")
            await TypingAsync(context, message, source);
        if ((message.Tag("+draft/react") ?? message.Tag("+react")) is { Length: > 0 } reaction)
            await ReactionAsync(context, message, source, IrcLine.Text(reaction));
    }

    private static async Task TypingAsync(ParserContext context, IrcMessage message, IrcSource source)
    {
        if (await context.On.People.FindAsync(context.Network, context.Connection.Mapping, source.Nick) is not { } author
            || await WhereAsync(context, message, author) is not { } id)
            return;
        var delivery = context.On.Outboxes.NewDelivery(context.FencingToken);
        // Each connection hears it: everybody is told by their own.
        foreach (var live in (await context.On.Conversations.GetLiveSessionsAsync(id)).Where(live => live.Session.UserId == context.User))
        {
            delivery.Mention(live.Session, author);
            delivery.Add(live.Session, Notifications.Typing(live.WindowId, author));
        }
        await delivery.FlushAsync();
    }

    /// <summary>Told as a line of the window: that is all that clients know to show.</summary>
    private static async Task ReactionAsync(ParserContext context, IrcMessage message, IrcSource source, string reaction)
    {
        if (reaction.Length > MaxReactionChars)
            return;
        var replyTo = IncomingText.Of(message).ReplyTo;
        if (context.Connection.Channel(context.Connection.Support.SplitStatus(message.Parameter(0)).Target) is { } channel)
        {
            await context.InChannelAsync(channel.Id, async (scope, ledger) =>
            {
                if (ledger.IsNew(context.User, context.Connection.Mapping.Fold(source.Nick), "REACT", $"{reaction} {replyTo}", context.At))
                    await scope.PostAsync(await ChannelEvents.AuthorAsync(context, source), Category.Info, await TextAsync(context, channel.Id, reaction, replyTo));
            });
        }
        else if (await context.On.People.FindAsync(context.Network, context.Connection.Mapping, source.Nick) is { } author && await OneOnOnes.FindAsync(context, author) is { } id)
        {
            await context.InAsync(id, async scope => await scope.PostAsync(author, Category.Info, await TextAsync(context, id, reaction, replyTo)));
        }
    }

    private static async Task<string> TextAsync(ParserContext context, ConversationId id, string reaction, string? replyTo) =>
        replyTo is not null && await MessageLookup.QuoteAsync(context, id, replyTo) is { } quote ? $"reacts with {reaction} to “{quote}”" : $"reacts with {reaction}";

    private static async Task<ConversationId?> WhereAsync(ParserContext context, IrcMessage message, UserId author) =>
        context.Connection.Channel(message.Parameter(0)) is { } channel ? channel.Id : await OneOnOnes.FindAsync(context, author);
}
