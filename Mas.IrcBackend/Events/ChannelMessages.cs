using Mas.Core.Model;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>PRIVMSG and NOTICE in a channel.</summary>
internal sealed class ChannelMessages(IrcUsers ircUsers, ConversationAccess access, EntryPoster poster, MessageLookup lookup, IncomingMessages incoming)
{
    /// <summary>The channel of a line that is a plain message; null for every line that has to be handled by itself.</summary>
    internal static UserChannel? ChannelOf(ParserContext context, IrcMessage message) =>
        message is { Command: "PRIVMSG", Source: { } source, Parameters.Count: > 1 } && !context.Redelivered && !context.IsHistory
        && !context.Connection.IsMe(source.Nick) && Ctcp.Parse(message.Last) is null && IncomingText.ReplyToOf(message) is null
            ? context.Connection.Channel(context.Connection.Support.SplitStatus(message.Parameter(0)).Target)
            : null;

    /// <summary>Posts a text.</summary>
    /// <param name="context">The entry.</param>
    /// <param name="text">The text; it has a source.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="cat">Message, action or notice.</param>
    /// <param name="status">The members that it was for; empty for all.</param>
    internal async Task PostAsync(ParserContext context, IncomingText text, UserChannel channel, string cat, string status)
    {
        var source = text.Source!;
        var known = await ircUsers.FindAsync(context.Connection, source.Nick);
        UserId? mas = known is { IsIrc: false } ? known : null;
        await access.InChannelAsync(context, channel.Id, async (scope, dedup) =>
        {
            if (!incoming.IsToBePosted(context, dedup, channel, text, mas, cat, status))
                return;
            var author = mas ?? (source.IsServer ? UserId.Server : known ?? await ircUsers.GetAsync(context.Connection, source.Nick));
            var body = await lookup.WithQuoteAsync(context, channel.Id, text.ReplyTo, IncomingMessages.Marked(status, text.Content));
            await poster.PostAsync(scope, IncomingMessages.ToPost(context, text, author, cat, body));
        });
    }

    /// <summary>
    /// Posts plain messages that follow one another, in few steps, since each access costs several round trips. Afterwards the
    /// context stands at the last of them.
    /// </summary>
    internal async Task PostAsync(ParserContext context, UserChannel channel, IReadOnlyList<(LineEntry Line, IrcMessage Message)> lines)
    {
        var mapping = context.Connection.Mapping;
        var nicks = lines.Select(line => line.Message.Source!).Where(source => !source.IsServer).Select(source => source.Nick).Distinct(mapping).ToList();
        var authors = nicks.Zip(await ircUsers.GetAsync(context.Connection, nicks)).ToDictionary(pair => pair.First, pair => pair.Second, mapping);
        var done = 0;
        while (done < lines.Count)
        {
            await access.InChannelAsync(context, channel.Id, async (scope, dedup) =>
            {
                // In a shared channel one by one: a line that is posted but not counted when the parser dies is heard again from
                // another connection.
                var run = lines.Skip(done).Take(dedup.IsShared ? 1 : lines.Count).ToList();
                var messages = new List<NewMessage>(run.Count);
                foreach (var (line, message) in run)
                {
                    context.Next(line);
                    if (ToPost(context, dedup, channel, IncomingText.Of(message), authors) is { } post)
                        messages.Add(post);
                }
                if (messages.Count > 0)
                    await poster.PostAsync(scope, messages);
                done += run.Count;
            });
        }
    }

    private NewMessage? ToPost(ParserContext context, ChannelDeduplicator dedup, UserChannel channel, IncomingText text, Dictionary<string, UserId> authors)
    {
        var author = text.Source!.IsServer ? UserId.Server : authors[text.Source.Nick];
        var mas = text.Source.IsServer || author.IsIrc ? (UserId?)null : author;
        var status = context.Connection.Support.SplitStatus(text.Target).Status;
        return incoming.IsToBePosted(context, dedup, channel, text, mas, Category.Message, status)
            ? IncomingMessages.ToPost(context, text, author, Category.Message, IncomingMessages.Marked(status, text.Content))
            : null;
    }
}
