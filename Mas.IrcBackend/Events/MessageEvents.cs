using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Events;

/// <summary>PRIVMSG, NOTICE, TAGMSG, REDACT.</summary>
internal static class MessageEvents
{
    /// <summary>A message in a channel or to us.</summary>
    internal static Task MessageAsync(ParserContext context, IrcMessage message)
    {
        if (message.Source is not { } source || message.Parameters.Count < 2)
            return Task.CompletedTask;
        var (status, target) = context.Connection.Support.SplitStatus(message.Parameter(0));
        var ctcp = Ctcp.Parse(message.Last);
        if (ctcp is { IsAction: false })
            return context.Connection.IsMe(source.Nick) ? Task.CompletedTask : CtcpEvents.QueryAsync(context, source, target, ctcp);
        var (cat, text) = ctcp is null ? (Category.Message, message.Last) : (Category.Action, ctcp.Text);
        return context.Connection.Channel(target) is { } channel
            ? InChannelAsync(context, message, source, channel, cat, Marked(status, text))
            : ToUsAsync(context, message, source, target, cat, text);
    }

    /// <summary>A notice. It never causes an answer.</summary>
    internal static async Task NoticeAsync(ParserContext context, IrcMessage message)
    {
        var (status, target) = context.Connection.Support.SplitStatus(message.Parameter(0));
        var text = message.Last;
        // Before 001, and from servers.
        if (message.Source is not { } source || source.IsServer || !context.Connection.IsRegistered)
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
            await InChannelAsync(context, message, source, channel, Category.Notice, Marked(status, text));
            return;
        }
        if (context.Connection.IsMe(source.Nick))
            return;
        // Services talk in notices: they get no window of their own, but an open one is used.
        var author = await context.On.People.FindAsync(context.Network, context.Connection.Mapping, source.Nick);
        if (author is { } known && await OneOnOnes.FindAsync(context, known) is { } id)
            await context.InAsync(id, scope => PostAsync(context, scope, message, known, Category.Notice, text));
        else
            await context.TellServerWindowAsync(Category.Notice, $"{source.Nick}: {text}");
    }

    /// <summary>Who is typing.</summary>
    internal static async Task TagsAsync(ParserContext context, IrcMessage message)
    {
        if (message.Source is not { } source || message.Tag("+typing") is not "active" || context.Connection.IsMe(source.Nick))
            return;
        if (await context.On.People.FindAsync(context.Network, context.Connection.Mapping, source.Nick) is not { } author)
            return;
        var id = context.Connection.Channel(message.Parameter(0)) is { } channel ? channel.Id : await OneOnOnes.FindAsync(context, author);
        if (id is null)
            return;
        var delivery = context.On.Outboxes.NewDelivery(context.Fence);
        // Each connection hears it: everybody is told by their own.
        foreach (var live in (await context.On.Conversations.GetLiveSessionsAsync(id.Value)).Where(live => live.Session.UserId == context.User))
        {
            delivery.Mention(live.Session, author);
            delivery.Add(live.Session, Notifications.Typing(live.WindowId, author));
        }
        await delivery.FlushAsync();
    }

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
            var rid = MessageRid(message.Parameter(1));
            var old = (await context.On.History.GetNewestAsync(conversation, -1)).Find(stored => stored.Message.Rid == rid);
            if (old is not null && old.Message.Status != ChatMessage.Deleted)
                await context.Writer.EditAsync(conversation, old, "", scope.Delivery);
        });
    }

    private static async Task InChannelAsync(ParserContext context, IrcMessage message, IrcSource source, State.UserChannel channel, string cat, string text)
    {
        var connection = context.Connection;
        var mas = await context.On.People.FindMasAsync(context.Network, connection.Mapping, source.Nick);
        var isHistory = IsHistory(context, message);
        await context.InChannelAsync(channel.Id, async (scope, ledger) =>
        {
            // Counted in any case: what one of us said counts as accepted, and has no msgid when it is posted.
            var isNew = isHistory || (ledger.IsNew(context.User, connection.Mapping.Fold(source.Nick), cat, text, context.At)
                & (message.Tag("msgid") is not { Length: > 0 } msgid || ledger.IsNewId(msgid, context.At)));
            // What one of us says was posted when it was sent. A bouncer's other clients are the exception.
            var isEcho = mas is { } user && !(user == context.User && connection.Has("znc.in/self-message") && !connection.Has("echo-message"));
            if (!isNew || (isEcho && !isHistory))
                return;
            var author = mas ?? (source.IsServer ? UserId.Server : await context.On.People.GetAsync(context.Network, connection.Mapping, source.Nick));
            await PostAsync(context, scope, message, author, cat, text);
        });
    }

    private static async Task ToUsAsync(ParserContext context, IrcMessage message, IrcSource source, string target, string cat, string text)
    {
        var connection = context.Connection;
        var isOwn = connection.IsMe(source.Nick);
        if (source.IsServer || (isOwn && (connection.Has("echo-message") || !connection.Has("znc.in/self-message") || connection.IsMe(target))))
        {
            if (!isOwn)
                await context.TellServerWindowAsync(Category.Message, text);
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
        await context.InAsync(id, scope => PostAsync(context, scope, message, isOwn ? context.User : peer, cat, text));
    }

    private static async Task<bool> HasTooManyWindowsAsync(ParserContext context) =>
        await context.On.Windows.CountAsync(context.User) >= await context.On.Users.GetMaxWindowsAsync(context.User);

    private static Task<ChatMessage> PostAsync(ParserContext context, ConversationScope scope, IrcMessage message, UserId author, string cat, string text)
    {
        var isHistory = IsHistory(context, message);
        var said = isHistory && DateTimeOffset.TryParse(message.Tag("time"), out var time) ? time : context.At;
        var msgid = message.Tag("msgid");
        return scope.PostAsync(new NewMessage(
            author, cat, text, msgid is { Length: > 0 } ? MessageRid(msgid) : context.Rid,
            MayBeThere: context.Redelivered || isHistory, Redelivered: context.Redelivered, Ts: said.ToUnixTimeSeconds()));
    }

    /// <summary>Whether a line belongs to a batch that repeats what was said before.</summary>
    internal static bool IsHistory(ParserContext context, IrcMessage message) =>
        message.Tag("batch") is { } batch && context.Connection.Batches.TryGetValue(batch, out var type)
        && type is "chathistory" or "znc.in/playback";

    private static string MessageRid(string msgid) => $"m:{msgid}";

    // What only some members of the channel could read.
    private static string Marked(string status, string text) => status.Length > 0 ? $"[{status}] {text}" : text;
}
