using System.Globalization;
using Mas.Core.Protocol;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Commands;

/// <summary>Read markers, kept in step with the network's own (draft/read-marker), which the user's other clients see.</summary>
internal static class SeenCommand
{
    private const string Capability = "draft/read-marker";

    /// <summary>SEEN: the marker that MAS has moved already is moved on the network too.</summary>
    internal static async Task<Ack> RunAsync(ParserContext context, Target target, long gid)
    {
        if (!context.Connection.IsRegistered || !context.Connection.Has(Capability) || target.Name.Length == 0)
            return Ack.Ok;
        var seen = (await context.On.History.GetNewestAsync(target.Id, -1)).FindLast(stored => stored.Message.Gid <= gid);
        if (seen is not null)
        {
            var time = DateTimeOffset.FromUnixTimeSeconds(seen.Message.Ts).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            await context.SendAsync(null, IrcLine.Of("MARKREAD", target.Name, $"timestamp={time}"));
        }
        return Ack.Ok;
    }

    /// <summary>MARKREAD of the server: another client of the user's has read so far.</summary>
    internal static async Task HeardAsync(ParserContext context, IrcMessage message)
    {
        const string prefix = "timestamp=";
        if (message.Parameter(1) is not { } value || !value.StartsWith(prefix, StringComparison.Ordinal)
            || !DateTimeOffset.TryParse(value.AsSpan(prefix.Length), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return;
        var id = context.Connection.Channel(message.Parameter(0)) is { } channel
            ? channel.Id
            : await context.On.People.FindAsync(context.Network, context.Connection.Mapping, message.Parameter(0)) is { } peer
                ? await OneOnOnes.FindAsync(context, peer)
                : null;
        if (id is not { } conversation || await context.On.Windows.FindWindowIdAsync(context.User, conversation) is not { } windowId)
            return;
        var seen = (await context.On.History.GetNewestAsync(conversation, -1)).FindLast(stored => stored.Message.Ts <= time.ToUnixTimeSeconds());
        if (seen is not null && await context.On.Windows.MarkSeenAsync(context.User, windowId, seen.Message.Gid))
            await context.On.Outboxes.SendToUserAsync(context.User, Notifications.UpdateWindow(windowId, new WindowChanges { Seen = seen.Message.Gid }), fence: context.FencingToken);
    }
}
