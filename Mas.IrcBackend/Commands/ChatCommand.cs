using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Parser;

namespace Mas.IrcBackend.Commands;

/// <summary>CHAT: opens the 1on1 with a nick.</summary>
internal static class ChatCommand
{
    internal static async Task<Ack> RunAsync(ParserContext context, string nick, UserId? userId)
    {
        if (nick.Length == 0 && userId is { } known)
            nick = await context.On.People.NickOfAsync(known, context.Network) ?? "";
        if (nick.Length == 0)
            return new Ack(Status.NotFound, "There is no such user on this network.");
        if (Refuse(nick) is { } refusal)
            return refusal;
        var peer = await context.On.People.GetAsync(context.Network, context.Connection.Mapping, nick);
        if (peer == context.User || context.Connection.IsMe(nick))
            return new Ack(Status.ParameterInvalid, "That would be a conversation with yourself.");
        if (await OneOnOnes.FindAsync(context, peer) is null
            && await context.On.Windows.CountAsync(context.User) >= await context.On.Users.GetMaxWindowsAsync(context.User))
            return new Ack(Status.Error, "You have as many windows as allowed. Close one first.");
        var id = await OneOnOnes.OpenAsync(context, peer);
        var windowId = await context.On.Windows.FindWindowIdAsync(context.User, id);
        return new Ack(Status.Ok, Result: new WindowOpened(windowId ?? 0));
    }

    private static readonly System.Buffers.SearchValues<char> NotInNicks = System.Buffers.SearchValues.Create(" ,!@*?:");

    /// <summary>Refuses what can't be a nick.</summary>
    internal static Ack? Refuse(string nick) =>
        nick.Length is 0 or > 100 || nick.AsSpan().IndexOfAny(NotInNicks) >= 0 || nick.Any(char.IsControl)
            ? new Ack(Status.ParameterInvalid, "This is no nick.")
            : null;
}
