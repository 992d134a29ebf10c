using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>Removes a user's ended connection from its channels' deduplicators; those of others count on without it.</summary>
internal sealed class ListenerRemoval(ConversationAccess access, NamesReporter namesReporter)
{
    internal async Task RunAsync(ParserContext context)
    {
        foreach (var channel in context.Connection.Channels.Values.ToList())
        {
            await access.InChannelAsync(context, channel.Id, (_, dedup) =>
            {
                dedup.Leave(context.User, context.At);
                return namesReporter.LeaveAsync(context, channel.Id);
            });
        }
    }
}
