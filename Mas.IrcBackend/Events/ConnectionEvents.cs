using Mas.Core.Model;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Commands;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>What happens to connections themselves: state, nick, channels to join again.</summary>
internal static class ConnectionEvents
{
    // Among the newest lines of a window, those that were said.
    private const int Searched = 50;

    internal static Task HandleAsync(ParserContext context, EventEntry happened) => happened.Event switch
    {
        LinkEvents.Connecting => ConnectingAsync(context, happened),
        LinkEvents.Registered => RegisteredAsync(context, happened),
        LinkEvents.Changed when happened.Summary is { } summary => context.On.Connections.RegisterAsync(context.Connection, summary),
        LinkEvents.Nick when happened.Nick is { } nick => NickAsync(context, nick),
        LinkEvents.LoginFailed => context.TellServerWindowAsync(Category.Error, $"The login to your account on this network failed: {happened.Text}"),
        LinkEvents.Ended => EndedAsync(context, happened),
        LinkEvents.Unsent when happened.ConversationId is { } id => UnsentAsync(context, new ConversationId(id), "Not sent, since the connection was lost", happened.Text ?? ""),
        LinkEvents.Crowded when happened.ConversationId is { } id => UnsentAsync(context, new ConversationId(id), "Not sent, since too many lines wait already", happened.Text ?? ""),
        LinkEvents.Unsure when happened.ConversationId is { } id => UnsentAsync(context, new ConversationId(id), "Perhaps not sent, since the connection was lost", happened.Text ?? ""),
        _ => Task.CompletedTask,
    };

    private static async Task ConnectingAsync(ParserContext context, EventEntry happened)
    {
        var connection = context.Connection;
        // A connection manager that died could not say that its connection ended.
        if (connection.IsRegistered && connection.Generation != happened.Generation)
            await ForgetListenerAsync(context);
        await context.On.Connections.BeginAsync(connection, happened.Generation);
        await context.On.States.SetAsync(context.User, context.Network, NetworkStates.Connecting, happened.RetryCount, context.FencingToken);
        await context.TellServerWindowAsync(Category.Server, happened.Text ?? "");
    }

    private static async Task RegisteredAsync(ParserContext context, EventEntry happened)
    {
        var connection = context.Connection;
        var summary = happened.Summary!;
        var before = connection.Nick;
        connection.IsRegistered = true;
        await context.On.Connections.RegisterAsync(connection, summary);
        await context.On.People.TakeNickAsync(context.User, context.Network, connection.Mapping, before, summary.Nick);
        await context.On.States.SetAsync(context.User, context.Network, NetworkStates.Connected, 0, context.FencingToken);
        await context.On.ProfileBroadcaster.TellAsync(context.User, context.FencingToken);
        await JoinCommand.JoinAllAsync(context);
        await PlayBackAsync(context);
    }

    /// <summary>A bouncer with znc.in/playback repeats nothing by itself: it is asked for what came since the newest message held.</summary>
    private static async Task PlayBackAsync(ParserContext context)
    {
        if (!context.Connection.Has("znc.in/playback"))
            return;
        var conversations = context.Connection.Channels.Values.Select(channel => channel.Id)
            .Concat(context.Connection.OneOnOnes.Where(window => window.Key != UserId.Server).Select(window => window.Value)).ToList();
        var newest = await Task.WhenAll(conversations.Select(id => context.On.History.GetNewestAsync(id, Searched)));
        var since = newest.SelectMany(messages => messages)
            .Where(stored => stored.Message.Cat is Category.Message or Category.Action or Category.Notice)
            .Select(stored => stored.Message.Ts).DefaultIfEmpty(0).Max();
        await context.SendAsync(null, Protocol.IrcLine.WithText($"PLAY * {since}", "PRIVMSG", "*playback"));
    }

    private static async Task NickAsync(ParserContext context, string nick)
    {
        var connection = context.Connection;
        var before = connection.Nick;
        // The connection's own last: who does this again after a crash has to know which nick is free now.
        await context.On.People.TakeNickAsync(context.User, context.Network, connection.Mapping, before, nick);
        await context.On.Connections.SetAsync(connection, "nick", nick);
        connection.Nick = nick;
        await context.On.States.TellAsync(context.User, context.Network, context.FencingToken);
        await context.On.ProfileBroadcaster.TellAsync(context.User, context.FencingToken);
    }

    private static async Task EndedAsync(ParserContext context, EventEntry happened)
    {
        var connection = context.Connection;
        // From a connection manager that can't know whether the one that died has said so itself.
        var isSaidFor = happened.Generation > connection.Generation && !context.Redelivered;
        if (isSaidFor && !connection.IsRegistered && (await context.On.States.GetAsync(context.User, context.Network)).State == NetworkStates.Disconnected)
            return;
        await ForgetListenerAsync(context);
        connection.IsRegistered = false;
        await context.On.Connections.SetAsync(connection, "registered", "0");
        if (connection.Nick.Length > 0)
            await context.On.People.LeaveNickAsync(context.User, context.Network, connection.Mapping, connection.Nick);
        if (!await context.On.Users.IsInUseAsync(context.User))
        {
            // What was heard between the account's end and this may have opened windows again.
            foreach (var id in connection.Channels.Values.Select(channel => channel.Id).Concat(connection.OneOnOnes.Values).ToList())
            {
                if (await Target.FindAsync(context, id) is { } target)
                    await CloseCommand.RunAsync(context, target, "");
            }
            await NetworkCommands.ForgetAsync(context);
            return;
        }
        await context.On.States.SetAsync(context.User, context.Network, NetworkStates.Disconnected, happened.RetryCount, context.FencingToken);
        await context.TellServerWindowAsync(happened.IsFinal ? Category.Error : Category.Server, happened.Text ?? "");
    }

    /// <summary>The user's connection hears no channel any more; others that do count on without it.</summary>
    private static async Task ForgetListenerAsync(ParserContext context)
    {
        foreach (var channel in context.Connection.Channels.Values.ToList())
        {
            await context.InChannelAsync(channel.Id, (_, ledger) =>
            {
                ledger.Leave(context.User, context.At);
                return NamesReporter.LeaveAsync(context, channel.Id);
            });
        }
    }

    private static async Task UnsentAsync(ParserContext context, ConversationId id, string what, string line)
    {
        if (await context.On.Windows.FindWindowIdAsync(context.User, id) is null)
            return;
        var text = Protocol.IrcMessage.TryParse(line, out var message) ? message.Last : line;
        // Who took the connections over may have said so of the same line.
        var error = new NewMessage(UserId.Server, Category.Error, $"{what}: {text}", context.Rid, IsRepeated: true, context.At.ToUnixTimeSeconds());
        await context.InAsync(id, scope => scope.PostAsync(error));
    }
}
