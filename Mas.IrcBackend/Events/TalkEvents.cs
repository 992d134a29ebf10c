using Mas.Core.Model;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>
/// What others say in a channel, as it is most of the time: plain text. Lines that come one after the other are posted in one
/// go, since each turn costs several round trips, whatever it posts; but not where several of us hear the channel.
/// </summary>
internal static class TalkEvents
{
    /// <summary>Where a line is plain talk; null when it is not, or has to be handled by itself.</summary>
    internal static UserChannel? ChannelOf(ParserContext context, IrcMessage message) =>
        message is { Command: "PRIVMSG", Source: { } source, Parameters.Count: > 1 } && !context.Redelivered && !context.IsHistory
        && !context.Connection.IsMe(source.Nick) && Ctcp.Parse(message.Last) is null && IncomingText.Of(message).ReplyTo is null
            ? context.Connection.Channel(context.Connection.Support.SplitStatus(message.Parameter(0)).Target)
            : null;

    /// <summary>Posts talk, in order.</summary>
    /// <param name="context">The connection's entries; stands at the last of them afterwards.</param>
    /// <param name="channel">Where all of it was said.</param>
    /// <param name="talk">The lines.</param>
    internal static async Task SayAsync(ParserContext context, UserChannel channel, IReadOnlyList<(LineEntry Line, IrcMessage Message)> talk)
    {
        var mapping = context.Connection.Mapping;
        var nicks = talk.Select(one => one.Message.Source!).Where(source => !source.IsServer).Select(source => source.Nick).Distinct(mapping).ToList();
        var people = nicks.Zip(await context.On.People.GetAsync(context.Network, mapping, nicks)).ToDictionary(pair => pair.First, pair => pair.Second, mapping);
        var done = 0;
        Task PostNextAsync() => context.InChannelAsync(channel.Id, async (scope, ledger) =>
        {
            // A line that is posted and not yet counted when the parser dies is told again by whoever else hears the channel:
            // so what is counted goes line by line.
            var turn = talk.Skip(done).Take(ledger.IsShared ? 1 : talk.Count).ToList();
            var messages = new List<NewMessage>(turn.Count);
            foreach (var (line, message) in turn)
            {
                context.Next(line);
                var said = IncomingText.Of(message);
                var author = said.Source!.IsServer ? UserId.Server : people[said.Source.Nick];
                var mas = said.Source.IsServer || author.IsIrc ? (UserId?)null : author;
                var status = context.Connection.Support.SplitStatus(said.Target).Status;
                if (MessageEvents.IsToBePosted(context, ledger, channel, said, mas, Category.Message, status, said.Text))
                    messages.Add(MessageEvents.ToPost(context, said, author, Category.Message, MessageEvents.Marked(status, said.Text)));
            }
            if (messages.Count > 0)
                await scope.PostAsync(messages);
            done += turn.Count;
        });
        while (done < talk.Count)
            await PostNextAsync();
    }
}
