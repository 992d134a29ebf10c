using System.Globalization;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>MARKREAD: another client of the user has read up to a time (draft/read-marker).</summary>
internal sealed class ReadMarkerEvents(
    IrcUsers ircUsers, OneOnOnes oneOnOnes, UserWindows windows, ConversationHistory history, Outboxes outboxes, FencingToken fence)
{
    private const string Prefix = "timestamp=";

    internal async Task MarkReadAsync(ParserContext context, IrcMessage message)
    {
        if (message.Parameter(1) is not { } value || !value.StartsWith(Prefix, StringComparison.Ordinal)
            || !DateTimeOffset.TryParse(value.AsSpan(Prefix.Length), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            || await FindAsync(context, message.Parameter(0)) is not { } id
            || await windows.FindWindowIdAsync(context.User, id) is not { } windowId)
            return;
        var seen = (await history.GetNewestAsync(id, -1)).FindLast(stored => stored.Message.Ts <= time.ToUnixTimeSeconds());
        if (seen is not null && await windows.MarkSeenAsync(context.User, windowId, seen.Message.Gid))
            await outboxes.SendToUserAsync(context.User, Notifications.UpdateWindow(windowId, new WindowChanges { Seen = seen.Message.Gid }), fence: fence);
    }

    private async Task<ConversationId?> FindAsync(ParserContext context, string target)
    {
        if (context.Connection.Channel(target) is { } channel)
            return channel.Id;
        return await ircUsers.FindAsync(context.Connection, target) is { } peer ? await oneOnOnes.FindAsync(context, peer) : null;
    }
}
