using System.Globalization;
using Mas.Core.Model;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Events;

/// <summary>PRIVMSG, NOTICE, multiline batches of them, REDACT.</summary>
internal static class MessageEvents
{
    /// <summary>A message in a channel or to us.</summary>
    internal static Task MessageAsync(ParserContext context, IrcMessage message) =>
        message.Parameters.Count < 2 ? Task.CompletedTask : MessageAsync(context, IncomingText.Of(message));

    /// <summary>A notice. It never causes an answer.</summary>
    internal static Task NoticeAsync(ParserContext context, IrcMessage message) => NoticeAsync(context, IncomingText.Of(message));

    /// <summary>A batch of lines that are one message (draft/multiline).</summary>
    internal static Task MultilineAsync(ParserContext context, IrcBatch batch) => IncomingText.Of(batch) switch
    {
        null => Task.CompletedTask,
        var said when batch.Messages.First().Command == "NOTICE" => NoticeAsync(context, said),
        var said => MessageAsync(context, said),
    };

    /// <summary>A message was taken back (draft/message-redaction).</summary>
    internal static async Task RedactAsync(ParserContext context, IrcMessage message)
    {
        var id = context.Connection.Channel(message.Parameter(0)) is { } channel
            ? channel.Id
            : message.Source is { } source && await context.On.People.FindAsync(context.Network, context.Connection.Mapping, source.Nick) is { } author
                ? await OneOnOnes.FindAsync(context, author)
                : null;
        if (id is not { } conversation)
            return;
        await context.InAsync(conversation, async scope =>
        {
            var old = await MessageLookup.FindAsync(context, conversation, message.Parameter(1));
            if (old is not null && old.Message.Status != ChatMessage.Deleted)
                await context.Writer.EditAsync(conversation, old, "", scope.Delivery);
        });
    }

    private static Task MessageAsync(ParserContext context, IncomingText said)
    {
        if (said.Source is not { } source)
            return Task.CompletedTask;
        var (status, target) = context.Connection.Support.SplitStatus(said.Target);
        var ctcp = Ctcp.Parse(said.Text);
        if (ctcp is { IsAction: false })
            return context.Connection.IsMe(source.Nick) ? Task.CompletedTask : CtcpEvents.QueryAsync(context, source, target, ctcp);
        var (cat, text) = ctcp is null ? (Category.Message, said.Text) : (Category.Action, ctcp.Text);
        return context.Connection.Channel(target) is { } channel
            ? InChannelAsync(context, said, source, channel, cat, status, text)
            : ToUsAsync(context, said, source, target, cat, text);
    }

    private static async Task NoticeAsync(ParserContext context, IncomingText said)
    {
        var (status, target) = context.Connection.Support.SplitStatus(said.Target);
        var text = said.Text;
        // Before 001, and from servers.
        if (said.Source is not { } source || source.IsServer || !context.Connection.IsRegistered)
        {
            await context.TellServerWindowAsync(Category.Notice, text);
            return;
        }
        if (Ctcp.Parse(text) is { } ctcp)
        {
            if (!context.Connection.IsMe(source.Nick))
                await context.TellServerWindowAsync(Category.Info, $"CTCP {ctcp.Command} of {source.Nick}: {ctcp.Text}");
            return;
        }
        if (context.Connection.Channel(target) is { } channel)
        {
            await InChannelAsync(context, said, source, channel, Category.Notice, status, text);
            return;
        }
        if (context.Connection.IsMe(source.Nick))
            return;
        // Services talk in notices: they get no window of their own, but an open one is used.
        var author = await context.On.People.FindAsync(context.Network, context.Connection.Mapping, source.Nick);
        if (author is { } known && await OneOnOnes.FindAsync(context, known) is { } id)
            await context.InAsync(id, scope => PostAsync(context, scope, said, known, Category.Notice, text));
        else
            await context.TellServerWindowAsync(Category.Notice, $"{source.Nick}: {text}");
    }

    private static async Task InChannelAsync(ParserContext context, IncomingText said, IrcSource source, State.UserChannel channel, string cat, string status, string text)
    {
        var connection = context.Connection;
        var known = await context.On.People.FindAsync(context.Network, connection.Mapping, source.Nick);
        UserId? mas = known is { IsIrc: false } ? known : null;
        await context.InChannelAsync(channel.Id, async (scope, ledger) =>
        {
            if (!IsToBePosted(context, ledger, channel, said, mas, cat, status, text))
                return;
            var author = mas ?? (source.IsServer ? UserId.Server : known ?? await context.On.People.GetAsync(context.Network, connection.Mapping, source.Nick));
            await PostAsync(context, scope, said, author, cat, Marked(status, text));
        });
    }

    /// <summary>Whether something that was said in a channel is news. It is counted in any case.</summary>
    /// <param name="context">The entry.</param>
    /// <param name="ledger">The channel's.</param>
    /// <param name="channel">Where it was said.</param>
    /// <param name="said">What was said, by somebody.</param>
    /// <param name="mas">Who said it, when it is a MAS user.</param>
    /// <param name="cat">Message, action or notice.</param>
    /// <param name="status">To whom in the channel; empty for all.</param>
    /// <param name="text">The text without what makes it an action.</param>
    internal static bool IsToBePosted(
        ParserContext context, State.ChannelLedger ledger, State.UserChannel channel, IncomingText said, UserId? mas, string cat, string status, string text)
    {
        var connection = context.Connection;
        // Counted in any case: what one of us said counts as accepted, and has no msgid when it is posted.
        var isNew = context.IsHistory || (IsNew(context, ledger, connection.Mapping.Fold(said.Source!.Nick), cat, status, said)
            & (said.Id is not { } msgid || ledger.IsNewId(msgid, context.At)));
        // What one of us says was posted when it was sent. A bouncer's other clients are the exception.
        var isEcho = mas is { } user && !(user == context.User && connection.Has("znc.in/self-message") && !connection.Has("echo-message"));
        if (isEcho && said.Id is { } echoed)
            context.On.Echoed.Note(channel.Id, echoed, mas!.Value, text);
        return isNew && (!isEcho || context.IsHistory);
    }

    /// <summary>The message that an entry makes.</summary>
    internal static NewMessage ToPost(ParserContext context, IncomingText said, UserId author, string cat, string text)
    {
        var ts = context.IsHistory && DateTimeOffset.TryParse(said.Carrier.Tag("time"), CultureInfo.InvariantCulture, out var time) ? time : context.At;
        return new NewMessage(
            author, cat, text, said.Id is { } msgid ? MessageLookup.Rid(msgid) : context.Rid,
            context.Redelivered || context.IsHistory, ts.ToUnixTimeSeconds());
    }

    /// <summary>The text, marked when only some members of the channel could read it.</summary>
    internal static string Marked(string status, string text) => status.Length > 0 ? $"[{status}] {text}" : text;

    // By its lines: a connection without multiline hears them one by one, and what it heard is not new again as a whole.
    private static bool IsNew(ParserContext context, State.ChannelLedger ledger, string author, string cat, string status, IncomingText said) =>
        said.Pieces.Aggregate(false, (isNew, piece) =>
            ledger.IsNew(context.User, author, cat, Marked(status, Ctcp.Parse(piece)?.Text ?? piece), context.At) || isNew);

    private static async Task ToUsAsync(ParserContext context, IncomingText said, IrcSource source, string target, string cat, string text)
    {
        var connection = context.Connection;
        var isOwn = connection.IsMe(source.Nick);
        if (source.IsServer || (isOwn && (connection.Has("echo-message") || !connection.Has("znc.in/self-message") || connection.IsMe(target))))
        {
            if (!isOwn)
                await context.TellServerWindowAsync(Category.Message, text);
            else if (said.Id is { } echoed && await context.On.People.FindAsync(context.Network, connection.Mapping, target) is { } to && await OneOnOnes.FindAsync(context, to) is { } where)
                context.On.Echoed.Note(where, echoed, context.User, text);
            return;
        }
        // To a channel of which the user has no window, or to a mask of users.
        if (connection.Support.IsChannel(target) || target.StartsWith('$'))
        {
            await context.TellServerWindowAsync(Category.Message, $"{source.Nick} → {target}: {text}");
            return;
        }
        var peer = await context.On.People.GetAsync(context.Network, connection.Mapping, isOwn ? target : source.Nick);
        // Another MAS user's message is in the conversation since it was sent.
        if (!peer.IsIrc && !isOwn)
            return;
        if (await OneOnOnes.FindAsync(context, peer) is null && await HasTooManyWindowsAsync(context))
        {
            await context.TellServerWindowAsync(cat, $"{source.Nick}: {text}");
            return;
        }
        var id = await OneOnOnes.OpenAsync(context, peer);
        await context.InAsync(id, scope => PostAsync(context, scope, said, isOwn ? context.User : peer, cat, text));
    }

    private static async Task<bool> HasTooManyWindowsAsync(ParserContext context) =>
        await context.On.Windows.CountAsync(context.User) >= await context.On.Users.GetMaxWindowsAsync(context.User);

    private static async Task PostAsync(ParserContext context, ConversationScope scope, IncomingText said, UserId author, string cat, string text)
    {
        if (said.ReplyTo is { } replyTo && await MessageLookup.QuoteAsync(context, scope.Id, replyTo) is { } quote)
            text = $"> {quote}\n{text}";
        await scope.PostAsync(ToPost(context, said, author, cat, text));
    }
}
