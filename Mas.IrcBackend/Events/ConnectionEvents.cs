using Mas.Core.Model;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>Gives each event of a connection to its handler.</summary>
internal sealed class ConnectionEvents(
    UserConnections connections, RegistrationEvents registrations, DisconnectEvents disconnects, WindowOpener windows, ConversationAccess access, EntryPoster poster)
{
    internal Task HandleAsync(ParserContext context, EventEntry entry) => entry.Event switch
    {
        ConnectionEventType.Connecting => registrations.ConnectingAsync(context, entry),
        ConnectionEventType.Registered when entry.Summary is { } summary => registrations.RegisteredAsync(context, summary),
        ConnectionEventType.Changed when entry.Summary is { } summary => connections.RegisterAsync(context.Connection, summary),
        ConnectionEventType.Nick when entry.Nick is { } nick => registrations.NickAsync(context, nick),
        ConnectionEventType.LoginFailed => LoginFailed(context, entry),
        ConnectionEventType.Ended => disconnects.EndedAsync(context, entry),
        ConnectionEventType.Unsent => UnsentAsync(context, entry, "Not sent because the connection was lost"),
        ConnectionEventType.Crowded => UnsentAsync(context, entry, "Not sent because too many lines are waiting. Try again later"),
        ConnectionEventType.Unsure => UnsentAsync(context, entry, "May not have been sent because the connection was lost"),
        _ => Task.CompletedTask,
    };

    private static Task LoginFailed(ParserContext context, EventEntry entry)
    {
        context.TellServerWindow(Category.Error, $"The login to your account on this network failed: {entry.Text}");
        return Task.CompletedTask;
    }

    /// <summary>Reports a line that was not sent in the window where it was typed.</summary>
    private async Task UnsentAsync(ParserContext context, EventEntry entry, string what)
    {
        if (entry.ConversationId is not { } number)
            return;
        var id = new ConversationId(number);
        if (!await windows.IsOpenAsync(context.User, id))
            return;
        var line = entry.Text ?? "";
        var text = IrcMessage.TryParse(line, out var message) ? message.Last : line;
        // Repeated: a worker that takes the connections over may report the same line.
        var error = new NewMessage(UserId.Server, Category.Error, $"{what}: {text}", context.Rid, IsRepeated: true, context.At.ToUnixTimeSeconds());
        await access.InAsync(context, id, scope => poster.PostAsync(scope, error));
    }
}
