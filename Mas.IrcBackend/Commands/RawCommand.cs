using Mas.Core.Protocol;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>Sends a line for the user; the server's answer is shown in the window where the line was typed.</summary>
internal sealed class RawCommand(ConnectionSender sender, TimeProvider time)
{
    /// <summary>Sends a line.</summary>
    /// <param name="context">The entry.</param>
    /// <param name="target">The window where it was typed.</param>
    /// <param name="command">The line's command, in upper case.</param>
    /// <param name="line">The line.</param>
    /// <param name="hasTags">Whether the line begins with tags, to which no label can be added.</param>
    internal async Task<Ack> RunAsync(ParserContext context, Target target, string command, string line, bool hasTags = false)
    {
        if (!context.Connection.IsRegistered)
            return Refusals.NotConnected(context);
        var (asked, now) = (context.Connection.Asked, time.GetUtcNow());
        asked.TakeDue(now);
        var label = context.Connection.Has("labeled-response") && !hasTags ? asked.NewLabel() : null;
        asked.Sent(command, "", label, target.Id, now);
        await sender.SendAsync(context, target.Id, label is null ? line : IrcLine.Tagged(line, KeyValuePair.Create("label", label)));
        return Ack.Ok;
    }
}
