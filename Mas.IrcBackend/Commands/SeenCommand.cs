using System.Globalization;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>SEEN: moves the network's read marker too (draft/read-marker), which the user's other clients see.</summary>
internal sealed class SeenCommand(ConversationHistory history, ConnectionSender sender)
{
    internal async Task<Ack> RunAsync(ParserContext context, Target target, long gid)
    {
        if (!context.Connection.IsRegistered || !context.Connection.Has("draft/read-marker") || target.Name.Length == 0)
            return Ack.Ok;
        if ((await history.GetNewestAsync(target.Id, -1)).FindLast(stored => stored.Message.Gid <= gid) is { } seen)
        {
            var time = DateTimeOffset.FromUnixTimeSeconds(seen.Message.Ts).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
            await sender.SendAsync(context, null, IrcLine.Of("MARKREAD", target.Name, $"timestamp={time}"));
        }
        return Ack.Ok;
    }
}
