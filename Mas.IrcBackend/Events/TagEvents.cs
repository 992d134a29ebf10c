using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>TAGMSG: who is typing (<c>+typing</c>).</summary>
internal sealed class TagEvents(
    IrcUsers ircUsers, OneOnOnes oneOnOnes, Conversations conversations, Outboxes outboxes, FencingToken fence, ReactionEvents reactions)
{
    internal async Task HandleAsync(ParserContext context, IrcMessage message)
    {
        if (message.Source is not { } source || context.Connection.IsMe(source.Nick))
            return;
        if (message.Tag("+typing") is "active")
            await TypingAsync(context, message, source);
        if ((message.Tag("+draft/react") ?? message.Tag("+react")) is { Length: > 0 } reaction)
            await reactions.ReactAsync(context, message, source, IrcLine.Text(reaction));
    }

    private async Task TypingAsync(ParserContext context, IrcMessage message, IrcSource source)
    {
        if (await ircUsers.FindAsync(context.Connection, source.Nick) is not { } author)
            return;
        var found = context.Connection.Channel(message.Parameter(0)) is { } channel ? channel.Id : await oneOnOnes.FindAsync(context, author);
        if (found is not { } id)
            return;
        var delivery = outboxes.NewDelivery(fence);
        // Every user's own connection hears it.
        foreach (var live in (await conversations.GetLiveSessionsAsync(id)).Where(live => live.Session.UserId == context.User))
        {
            delivery.Mention(live.Session, author);
            delivery.Add(live.Session, Notifications.Typing(live.WindowId, author));
        }
        await delivery.FlushAsync();
    }
}
