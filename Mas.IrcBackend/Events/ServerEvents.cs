using Mas.Core.Model;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>Lines of the server itself, and the user's host as others see it, which decides how long a sent line may be.</summary>
internal sealed class ServerEvents(UserConnections connections, IrcUsers ircUsers, OneOnOnes oneOnOnes, ConversationAccess access, EntryPoster poster)
{
    /// <summary>Shows a line in the server's window.</summary>
    internal static Task ShowAsync(ParserContext context, IrcMessage message)
    {
        var isNumeric = message.Command.Length == 3 && message.Command.All(char.IsAsciiDigit);
        // A numeric's first parameter is the user's nick.
        var text = string.Join(' ', isNumeric ? message.Parameters.Skip(1) : [message.Command, .. message.Parameters]);
        context.TellServerWindow(message.Command is "372" or "375" or "376" or "422" ? Category.Banner : Category.Server, text);
        return Task.CompletedTask;
    }

    /// <summary>301: the nick that was messaged is away.</summary>
    internal async Task AwayAsync(ParserContext context, IrcMessage message)
    {
        var nick = message.Parameter(1);
        if (await ircUsers.FindAsync(context.Connection, nick) is { } peer && await oneOnOnes.FindAsync(context, peer) is { } id)
            await access.InAsync(context, id, scope => poster.PostAsync(scope, peer, Category.Info, $"is away: {message.Last}"));
        else
            context.TellServerWindow(Category.Server, $"{nick} is away: {message.Last}");
    }

    /// <summary>CHGHOST: somebody's user name and host have changed.</summary>
    internal Task HostAsync(ParserContext context, IrcMessage message) =>
        context.Connection.IsMe(message.Source?.Nick) ? SawOwnHostAsync(context, $"{message.Parameter(0)}@{message.Parameter(1)}") : Task.CompletedTask;

    /// <summary>396: the user's visible host has changed.</summary>
    internal async Task OwnHostAsync(ParserContext context, IrcMessage message)
    {
        if (context.Connection.UserHost?.Split('@')[0] is { } user)
            await SawOwnHostAsync(context, $"{user}@{message.Parameter(1)}");
        await ShowAsync(context, message);
    }

    /// <summary>Saves the user's <c>user@host</c> as a line has shown it.</summary>
    internal async Task SawOwnHostAsync(ParserContext context, string userHost)
    {
        if (context.Connection.UserHost == userHost)
            return;
        context.Connection.UserHost = userHost;
        await connections.SetAsync(context.Connection, "userhost", userHost);
    }
}
