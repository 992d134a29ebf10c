using Mas.Core.Model;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Events;

/// <summary>What the server itself says: shown in its window.</summary>
internal static class ServerEvents
{
    /// <summary>Shows a line in the server window.</summary>
    internal static Task ShowAsync(ParserContext context, IrcMessage message)
    {
        var isNumeric = message.Command.Length == 3 && message.Command.All(char.IsAsciiDigit);
        // A numeric's first parameter is our nick.
        var text = string.Join(' ', isNumeric ? message.Parameters.Skip(1) : [message.Command, .. message.Parameters]);
        return context.TellServerWindowAsync(message.Command is "372" or "375" or "376" or "422" ? Category.Banner : Category.Server, text);
    }

    /// <summary>301: the one to whom we talk is away.</summary>
    internal static async Task AwayAsync(ParserContext context, IrcMessage message)
    {
        var nick = message.Parameter(1);
        if (await context.On.People.FindAsync(context.Network, context.Connection.Mapping, nick) is { } peer && await OneOnOnes.FindAsync(context, peer) is { } id)
            await context.InAsync(id, scope => scope.PostAsync(peer, Category.Info, $"is away: {message.Last}"));
        else
            await context.TellServerWindowAsync(Category.Server, $"{nick} is away: {message.Last}");
    }

    /// <summary>Somebody's user name and host are others now; ours matter for how long a line may be.</summary>
    internal static Task HostAsync(ParserContext context, IrcMessage message) =>
        context.Connection.IsMe(message.Source?.Nick) ? SawOwnHostAsync(context, $"{message.Parameter(0)}@{message.Parameter(1)}") : Task.CompletedTask;

    /// <summary>396: our visible host is another one.</summary>
    internal static async Task OwnHostAsync(ParserContext context, IrcMessage message)
    {
        var user = context.Connection.UserHost?.Split('@')[0];
        if (user is not null)
            await SawOwnHostAsync(context, $"{user}@{message.Parameter(1)}");
        await ShowAsync(context, message);
    }

    /// <summary>Notes how others see us.</summary>
    internal static async Task SawOwnHostAsync(ParserContext context, string userHost)
    {
        if (context.Connection.UserHost == userHost)
            return;
        context.Connection.UserHost = userHost;
        await context.On.Connections.SetAsync(context.Connection, "userhost", userHost);
    }
}
