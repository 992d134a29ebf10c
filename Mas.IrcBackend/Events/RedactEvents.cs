using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>REDACT: a message was deleted (draft/message-redaction).</summary>
internal sealed class RedactEvents(IrcUsers ircUsers, OneOnOnes oneOnOnes, ConversationAccess access, ConversationWriter writer, ConversationNotifier notifier,
    MessageLookup lookup)
{
    internal async Task RedactAsync(ParserContext context, IrcMessage message)
    {
        var found = context.Connection.Channel(message.Parameter(0)) is { } channel
            ? channel.Id
            : message.Source is { } source && await ircUsers.FindAsync(context.Connection, source.Nick) is { } author
                ? await oneOnOnes.FindAsync(context, author)
                : null;
        if (found is not { } id)
            return;
        await access.InAsync(context, id, async scope =>
        {
            if (await lookup.FindAsync(id, message.Parameter(1)) is { } old && old.Message.Status != ChatMessage.Deleted
                && await writer.EditAsync(id, old, "") is { } deleted)
                await notifier.MessageChangedAsync(id, deleted, scope.Delivery);
        });
    }
}
