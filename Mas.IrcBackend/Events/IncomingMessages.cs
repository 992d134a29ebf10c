using System.Globalization;
using Mas.Core.Model;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>What a PRIVMSG or NOTICE becomes: whether it is new in its channel, and the message to post.</summary>
internal sealed class IncomingMessages(EchoedMessages echoed)
{
    /// <summary>Whether a text in a channel is to be posted. It is counted in any case.</summary>
    /// <param name="context">The entry.</param>
    /// <param name="dedup">The channel's deduplicator.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="text">The text; it has a source.</param>
    /// <param name="mas">The author, when that is a MAS user.</param>
    /// <param name="cat">Message, action or notice.</param>
    /// <param name="status">The members that it was for (STATUSMSG); empty for all.</param>
    internal bool IsToBePosted(
        ParserContext context, ChannelDeduplicator dedup, UserChannel channel, IncomingText text, UserId? mas, string cat, string status)
    {
        var connection = context.Connection;
        // Both are counted: what a MAS user says counts as accepted, and has no msgid yet when it is posted.
        var isNew = context.IsHistory || (IsNew(context, dedup, connection.Mapping.Fold(text.Source!.Nick), cat, status, text)
            & (text.Id is not { } msgid || dedup.IsNewId(msgid, context.At)));
        // A MAS user's message was posted when it was sent, unless another client of the user's bouncer sent it.
        var isEcho = mas is { } user && !(user == context.User && connection.Has("znc.in/self-message") && !connection.Has("echo-message"));
        if (isEcho)
            NoteEcho(channel.Id, text, mas!.Value);
        return isNew && (!isEcho || context.IsHistory);
    }

    /// <summary>Notes the msgid of a MAS user's message.</summary>
    internal void NoteEcho(ConversationId id, IncomingText text, UserId author)
    {
        if (text.Id is { } msgid)
            echoed.Note(id, msgid, author, text.Content);
    }

    /// <summary>The message to post.</summary>
    internal static NewMessage ToPost(ParserContext context, IncomingText text, UserId author, string cat, string body)
    {
        var ts = context.IsHistory && DateTimeOffset.TryParse(text.Carrier.Tag("time"), CultureInfo.InvariantCulture, out var time) ? time : context.At;
        return new NewMessage(
            author, cat, body, text.Id is { } msgid ? MessageLookup.Rid(msgid) : context.Rid,
            context.Redelivered || context.IsHistory, ts.ToUnixTimeSeconds());
    }

    /// <summary>The text, marked when it was only for members with a status.</summary>
    internal static string Marked(string status, string text) => status.Length > 0 ? $"[{status}] {text}" : text;

    // Line by line: a connection without draft/multiline hears the lines one by one.
    private static bool IsNew(ParserContext context, ChannelDeduplicator dedup, string author, string cat, string status, IncomingText text) =>
        text.Pieces.Aggregate(false, (isNew, piece) =>
            dedup.IsNew(context.User, author, cat, Marked(status, Ctcp.Parse(piece)?.Text ?? piece), context.At) || isNew);
}
