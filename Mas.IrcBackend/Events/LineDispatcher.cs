using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>Gives each line of a server to its handler, by command or numeric; other lines are shown in the server's window.</summary>
internal sealed class LineDispatcher
{
    private readonly Dictionary<string, Func<ParserContext, IrcMessage, Task>> _handlers;
    private readonly ServerEvents _server;
    private readonly ErrorEvents _errors;

    public LineDispatcher(
        MessageEvents messages, RedactEvents redactions, TagEvents tags, PresenceEvents presence, NickEvents nicks, NamesEvents names, TopicEvents topics,
        ModeEvents modes, ChannelEvents channels, ErrorEvents errors, ServerEvents server, ReadMarkerEvents readMarkers)
    {
        (_server, _errors) = (server, errors);
        _handlers = new(StringComparer.Ordinal)
        {
            ["PRIVMSG"] = messages.MessageAsync,
            ["NOTICE"] = messages.NoticeAsync,
            ["TAGMSG"] = tags.HandleAsync,
            ["REDACT"] = redactions.RedactAsync,
            ["JOIN"] = presence.JoinAsync,
            ["PART"] = presence.PartAsync,
            ["KICK"] = presence.KickAsync,
            ["QUIT"] = presence.QuitAsync,
            ["NICK"] = nicks.NickAsync,
            ["353"] = names.NamesAsync,
            ["366"] = names.EndAsync,
            ["TOPIC"] = topics.TopicAsync,
            ["331"] = topics.TopicReplyAsync,
            ["332"] = topics.TopicReplyAsync,
            ["333"] = topics.TopicWhoAsync,
            ["MODE"] = modes.ModeAsync,
            ["324"] = modes.ModeReplyAsync,
            ["INVITE"] = channels.InviteAsync,
            ["RENAME"] = channels.RenameAsync,
            ["470"] = errors.ForwardedAsync,
            ["471"] = errors.JoinRefusedAsync,
            ["473"] = errors.JoinRefusedAsync,
            ["474"] = errors.JoinRefusedAsync,
            ["475"] = errors.JoinRefusedAsync,
            ["476"] = errors.JoinRefusedAsync,
            ["405"] = errors.JoinRefusedAsync,
            ["403"] = errors.NoChannelAsync,
            ["422"] = ServerEvents.ShowAsync,
            ["301"] = server.AwayAsync,
            ["396"] = server.OwnHostAsync,
            ["CHGHOST"] = server.HostAsync,
            ["FAIL"] = errors.StandardReplyAsync,
            ["WARN"] = errors.StandardReplyAsync,
            ["NOTE"] = errors.StandardReplyAsync,
            ["MARKREAD"] = readMarkers.MarkReadAsync,
        };
        foreach (var silent in new[] { "329", "730", "731", "BATCH", "PONG", "ACK", "CAP", "ACCOUNT", "AWAY", "SETNAME" })
            _handlers[silent] = (_, _) => Task.CompletedTask;
    }

    internal async Task HandleAsync(ParserContext context, IrcMessage message)
    {
        if (message.Source is { User: not null, Host: not null } source && context.Connection.IsMe(source.Nick))
            await _server.SawOwnHostAsync(context, $"{source.User}@{source.Host}");
        // Of playback, only messages count: NAMES says who is there now.
        if (context.IsHistory && message.Command is not ("PRIVMSG" or "NOTICE"))
            return;
        if (_handlers.TryGetValue(message.Command, out var handler))
            await handler(context, message);
        else if (message.Command is [>= '4' and <= '5', _, _])
            await _errors.RefusedAsync(context, message);
        else
            await ServerEvents.ShowAsync(context, message);
    }
}
