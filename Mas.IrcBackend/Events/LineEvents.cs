using Mas.IrcBackend.Commands;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Events;

/// <summary>Where each command and numeric of a server goes; what is not named here is shown in the server window.</summary>
internal static class LineEvents
{
    private static readonly Dictionary<string, Func<ParserContext, IrcMessage, Task>> Handlers = new(StringComparer.Ordinal)
    {
        ["PRIVMSG"] = MessageEvents.MessageAsync,
        ["NOTICE"] = MessageEvents.NoticeAsync,
        ["TAGMSG"] = TagEvents.HandleAsync,
        ["REDACT"] = MessageEvents.RedactAsync,
        ["JOIN"] = PresenceEvents.JoinAsync,
        ["PART"] = PresenceEvents.PartAsync,
        ["KICK"] = PresenceEvents.KickAsync,
        ["QUIT"] = PresenceEvents.QuitAsync,
        ["NICK"] = PresenceEvents.NickAsync,
        ["353"] = NamesEvents.NamesAsync,
        ["366"] = NamesEvents.EndAsync,
        ["TOPIC"] = ChannelEvents.TopicAsync,
        ["331"] = ChannelEvents.TopicReplyAsync,
        ["332"] = ChannelEvents.TopicReplyAsync,
        ["333"] = ChannelEvents.TopicWhoAsync,
        ["MODE"] = ChannelEvents.ModeAsync,
        ["324"] = ChannelEvents.ModeReplyAsync,
        ["329"] = Nothing,
        ["INVITE"] = ChannelEvents.InviteAsync,
        ["RENAME"] = ChannelEvents.RenameAsync,
        ["470"] = ErrorEvents.ForwardedAsync,
        ["471"] = ErrorEvents.JoinRefusedAsync,
        ["473"] = ErrorEvents.JoinRefusedAsync,
        ["474"] = ErrorEvents.JoinRefusedAsync,
        ["475"] = ErrorEvents.JoinRefusedAsync,
        ["476"] = ErrorEvents.JoinRefusedAsync,
        ["405"] = ErrorEvents.JoinRefusedAsync,
        ["403"] = ErrorEvents.NoChannelAsync,
        ["422"] = ServerEvents.ShowAsync,
        ["301"] = ServerEvents.AwayAsync,
        ["BATCH"] = Nothing,
        ["FAIL"] = ErrorEvents.StandardReplyAsync,
        ["WARN"] = ErrorEvents.StandardReplyAsync,
        ["NOTE"] = ErrorEvents.StandardReplyAsync,
        ["PONG"] = Nothing,
        ["ACK"] = Nothing,
        ["CAP"] = Nothing,
        ["ACCOUNT"] = Nothing,
        ["AWAY"] = Nothing,
        ["CHGHOST"] = ServerEvents.HostAsync,
        ["SETNAME"] = Nothing,
        ["MARKREAD"] = SeenCommand.HeardAsync,
        ["396"] = ServerEvents.OwnHostAsync,
        ["730"] = Nothing,
        ["731"] = Nothing,
    };

    /// <summary>Handles one line.</summary>
    internal static Task HandleAsync(ParserContext context, IrcMessage message)
    {
        if (message.Source is { User: not null, Host: not null } source && context.Connection.IsMe(source.Nick))
            return OwnAsync(context, message, source);
        return DispatchAsync(context, message);
    }

    private static async Task OwnAsync(ParserContext context, IrcMessage message, IrcSource source)
    {
        await ServerEvents.SawOwnHostAsync(context, $"{source.User}@{source.Host}");
        await DispatchAsync(context, message);
    }

    private static Task DispatchAsync(ParserContext context, IrcMessage message)
    {
        // Who came and went during an outage is history: the names say who is there now.
        if (context.IsHistory && message.Command is not ("PRIVMSG" or "NOTICE"))
            return Task.CompletedTask;
        if (Handlers.TryGetValue(message.Command, out var handler))
            return handler(context, message);
        return message.Command is [>= '4' and <= '5', _, _] ? ErrorEvents.RefusedAsync(context, message) : ServerEvents.ShowAsync(context, message);
    }

    private static Task Nothing(ParserContext context, IrcMessage message) => Task.CompletedTask;
}
