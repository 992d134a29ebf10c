using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>CHAT: opens the 1on1 with a nick.</summary>
internal sealed class ChatCommand(IrcUsers ircUsers, OneOnOnes oneOnOnes, UserWindows windows, WindowOpener opener)
{
    internal async Task<Ack> RunAsync(ParserContext context, string nick, UserId? userId)
    {
        if (nick.Length == 0 && userId is { } known)
            nick = await ircUsers.NickOfAsync(known, context.Network) ?? "";
        if (nick.Length == 0)
            return new Ack(Status.NotFound, "There is no such user on this network.");
        if (Refusals.OfNick(nick) is { } refusal)
            return refusal;
        var peer = await ircUsers.GetAsync(context.Connection, nick);
        if (peer == context.User || context.Connection.IsMe(nick))
            return new Ack(Status.ParameterInvalid, "You can't start a conversation with yourself.");
        if (await oneOnOnes.FindAsync(context, peer) is null && await opener.IsLimitReachedAsync(context.User))
            return Refusals.WindowLimit;
        var id = await oneOnOnes.OpenAsync(context, peer);
        var windowId = await windows.FindWindowIdAsync(context.User, id);
        return new Ack(Status.Ok, Result: new WindowOpened(windowId ?? 0));
    }
}
