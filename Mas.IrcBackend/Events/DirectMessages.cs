using Mas.Core.Model;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>PRIVMSG and NOTICE that are not in one of the user's channels.</summary>
internal sealed class DirectMessages(
    IrcUsers ircUsers, OneOnOnes oneOnOnes, ConversationAccess access, EntryPoster poster, MessageLookup lookup, WindowOpener windows, IncomingMessages incoming)
{
    /// <summary>A PRIVMSG; it opens the 1on1 with its author.</summary>
    internal async Task MessageAsync(ParserContext context, IncomingText text, IrcSource source, string target, string cat)
    {
        var connection = context.Connection;
        var isOwn = connection.IsMe(source.Nick);
        if (source.IsServer)
        {
            context.TellServerWindow(Category.Message, text.Content);
            return;
        }
        // Only with znc.in/self-message it can be what another client of the user's bouncer has sent.
        if (isOwn && (connection.Has("echo-message") || !connection.Has("znc.in/self-message") || connection.IsMe(target)))
        {
            if (text.Id is not null && await ircUsers.FindAsync(connection, target) is { } to && await oneOnOnes.FindAsync(context, to) is { } echoed)
                incoming.NoteEcho(echoed, text, context.User);
            return;
        }
        // To a channel of which the user has no window, or to a mask of users.
        if (connection.Support.IsChannel(target) || target.StartsWith('$'))
        {
            context.TellServerWindow(Category.Message, $"{source.Nick} → {target}: {text.Content}");
            return;
        }
        var peer = await ircUsers.GetAsync(connection, isOwn ? target : source.Nick);
        // Another MAS user's message was posted when it was sent.
        if (!peer.IsIrc && !isOwn)
            return;
        if (await oneOnOnes.FindAsync(context, peer) is null && await windows.IsLimitReachedAsync(context.User))
        {
            context.TellServerWindow(cat, $"{source.Nick}: {text.Content}");
            return;
        }
        await PostAsync(context, await oneOnOnes.OpenAsync(context, peer), text, isOwn ? context.User : peer, cat);
    }

    /// <summary>A NOTICE to the user. Services talk in notices, so none opens a window; it is posted where one is open.</summary>
    internal async Task NoticeAsync(ParserContext context, IncomingText text, IrcSource source)
    {
        if (context.Connection.IsMe(source.Nick))
            return;
        if (await ircUsers.FindAsync(context.Connection, source.Nick) is { } author && await oneOnOnes.FindAsync(context, author) is { } id)
            await PostAsync(context, id, text, author, Category.Notice);
        else
            context.TellServerWindow(Category.Notice, $"{source.Nick}: {text.Content}");
    }

    private Task PostAsync(ParserContext context, ConversationId id, IncomingText text, UserId author, string cat) => access.InAsync(context, id, async scope =>
        await poster.PostAsync(scope, IncomingMessages.ToPost(
            context, text, author, cat, await lookup.WithQuoteAsync(context, id, text.ReplyTo, text.Content))));
}
