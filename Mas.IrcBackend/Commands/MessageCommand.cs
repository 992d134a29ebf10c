using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>/msg and /notice: send text to a channel or nick named in the command.</summary>
internal sealed class MessageCommand(Targets targets, OneOnOnes oneOnOnes, IrcUsers ircUsers, SendCommand send, ConnectionSender sender)
{
    internal async Task<Ack?> RunAsync(ParserContext context, RequestEntry request, string to, string text, string cat, SendAttempt attempt)
    {
        var connection = context.Connection;
        if (!connection.IsRegistered)
            return Refusals.NotConnected(context);
        if (connection.Channel(to) is { } channel)
            return await SendAsync(channel.Id);
        // A channel without a window, the members with a status in a channel, or a notice to a nick: sent, but posted nowhere.
        if (connection.Support.IsChannel(connection.Support.SplitStatus(to).Target) || cat == Category.Notice)
        {
            var command = cat == Category.Notice ? "NOTICE" : "PRIVMSG";
            var prefixBytes = MessageSplitter.PrefixBytes(connection.Nick, null, null, connection.Support);
            var pieces = MessageSplitter.Split(text, command, to, prefixBytes, connection.Support.LineLength);
            await sender.SendAsync(context, null, [.. pieces.Select(piece => IrcLine.WithText(piece, command, to))]);
            return Ack.Ok;
        }
        if (Refusals.OfNick(to) is { } refusal)
            return refusal;
        return await SendAsync(await oneOnOnes.OpenAsync(context, await ircUsers.GetAsync(connection, to)));

        async Task<Ack?> SendAsync(ConversationId id) => await targets.FindAsync(context, id) is { } target
            ? await send.RunAsync(context, target, request, cat, text, attempt, echo: true)
            : Ack.NoWindow;
    }
}
