using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Connections;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>Gives each request of a session to its command.</summary>
internal sealed class RequestDispatcher(
    ConfiguredNetworks networks, RepeatedPosts repeated, Targets targets, JoinCommand join, CloseCommand close, ChatCommand chat, NetworkCommands network,
    ClosedAccounts closedAccounts, SendCommand send, TypedCommands typed, ChannelCommands channel, SeenCommand seen)
{
    /// <summary>Runs a request.</summary>
    /// <returns>The answer; null when the command sends it itself.</returns>
    internal async Task<Ack?> RunAsync(ParserContext context, RequestEntry request)
    {
        var fields = new RequestFields(request.Request);
        var id = request.ConversationId is { } number ? new ConversationId(number) : (ConversationId?)null;
        if (fields.Type == "DESTROY_ACCOUNT")
            return await closedAccounts.DestroyAsync(context, id);
        if (!networks.TryGet(context.Network, out _) && fields.Type != "CLOSE")
            return new Ack(Status.NotFound, $"There is no network {context.Network}.");
        switch (fields.Type)
        {
            case "JOIN":
                return await join.RunAsync(context, fields.Text("name"), fields.Text("password"));
            case "CLOSE" when context.Redelivered && id is { } left:
                return await close.CompleteAsync(context, left);
            case "CHAT":
                return await chat.RunAsync(context, fields.Text("nick"), fields.User("userId"));
            case "WHOIS":
                return await network.WhoisAsync(context, fields.Text("nick"), null);
            case "CONNECT":
                return await network.ConnectAsync(context, fields);
            case "DISCONNECT":
                return await network.DisconnectAsync(context);
        }
        return id is { } open && await targets.FindAsync(context, open) is { } target ? await RunAsync(context, request, fields, target) : Ack.NoWindow;
    }

    /// <summary>Runs a request that concerns a window.</summary>
    private async Task<Ack?> RunAsync(ParserContext context, RequestEntry request, RequestFields fields, Target target) => fields.Type switch
    {
        "SEND" => await typed.SendAsync(context, target, request, fields.Text("text"), SendAttempt.Of(context, fields, repeated)),
        "COMMAND" => await typed.RunAsync(context, target, request, fields.Text("command").ToLowerInvariant(), fields.Text("params").Trim(), default),
        "CLOSE" => await close.RunAsync(context, target, ""),
        "UPDATE_TOPIC" => await channel.TopicAsync(context, target, fields.Text("topic")),
        "UPDATE_PASSWORD" => await channel.KeyAsync(context, target, fields.Text("password")),
        "UPDATE_ROLE" => await channel.RoleAsync(context, target, fields.User("userId"), fields.Text("role")),
        "KICK" => await channel.KickAsync(context, target, fields.User("userId"), fields.Text("reason")),
        "TYPING" => await send.TypingAsync(context, target),
        "SEEN" => await seen.RunAsync(context, target, fields.Number("gid")),
        _ => new Ack(Status.UnknownRequest, "IRC networks have no such request."),
    };
}
