using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Parser;

namespace Mas.IrcBackend.Commands;

/// <summary>Which command each request of a session is.</summary>
internal static class RequestCommands
{
    /// <summary>The connection can't be spoken over now.</summary>
    internal static Ack NotConnected(ParserContext context) =>
        new(Status.NotConnected, $"You are not connected to {context.Network} at the moment.");

    /// <summary>Runs a request.</summary>
    /// <param name="context">The entry.</param>
    /// <param name="request">The request.</param>
    /// <param name="repeated">Knows what clients have sent again.</param>
    /// <returns>The answer; null when it is on its way.</returns>
    internal static async Task<Ack?> RunAsync(ParserContext context, RequestEntry request, RepeatedPosts repeated)
    {
        var fields = new RequestFields(request.Request);
        if (fields.Type == "DESTROY_ACCOUNT")
            return await NetworkCommands.DestroyAsync(context, request.ConversationId is { } mine ? new ConversationId(mine) : null);
        if (!context.On.Networks.TryGet(context.Network, out _) && fields.Type != "CLOSE")
            return new Ack(Status.NotFound, $"There is no network {context.Network}.");
        switch (fields.Type)
        {
            case "JOIN":
                return await JoinCommand.RunAsync(context, fields.Text("name"), fields.Text("password"));
            case "CLOSE" when context.Redelivered && request.ConversationId is { } left:
                return await CloseCommand.AgainAsync(context, new ConversationId(left));
            case "CHAT":
                return await ChatCommand.RunAsync(context, fields.Text("nick"), fields.User("userId"));
            case "WHOIS":
                return await NetworkCommands.WhoisAsync(context, fields.Text("nick"), null);
            case "CONNECT":
                return await NetworkCommands.ConnectAsync(context, fields);
            case "DISCONNECT":
                return await NetworkCommands.DisconnectAsync(context);
        }
        if (request.ConversationId is not { } number || await Target.FindAsync(context, new ConversationId(number)) is not { } target)
            return Ack.NoWindow;
        return fields.Type switch
        {
            "SEND" => await SayCommand.SendAsync(context, target, request, fields.Text("text"), Attempt.Of(context, fields, repeated)),
            "COMMAND" => await TypedCommands.RunAsync(context, target, request, fields.Text("command").ToLowerInvariant(), fields.Text("params").Trim(), default),
            "CLOSE" => await CloseCommand.RunAsync(context, target, ""),
            "UPDATE_TOPIC" => await ChannelCommands.TopicAsync(context, target, fields.Text("topic")),
            "UPDATE_PASSWORD" => await ChannelCommands.KeyAsync(context, target, fields.Text("password")),
            "UPDATE_ROLE" => await ChannelCommands.RoleAsync(context, target, fields.User("userId"), fields.Text("role")),
            "KICK" => await ChannelCommands.KickAsync(context, target, fields.User("userId"), fields.Text("reason")),
            "TYPING" => await SayCommand.TypingAsync(context, target),
            "SEEN" => await SeenCommand.RunAsync(context, target, fields.Number("gid")),
            _ => new Ack(Status.UnknownRequest, "There is no such request for an IRC network."),
        };
    }
}
