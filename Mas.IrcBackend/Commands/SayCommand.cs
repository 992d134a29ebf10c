using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>Says something: handed to the connection first, then posted; others' connections drop its echo.</summary>
internal static class SayCommand
{
    /// <summary>SEND: a text, or a command that was typed.</summary>
    internal static Task<Ack?> SendAsync(ParserContext context, Target target, RequestEntry request, string text, Attempt attempt)
    {
        if (text.StartsWith("//", StringComparison.Ordinal))
            text = text[1..];
        else if (text.StartsWith('/'))
            return TypedCommands.RunAsync(context, target, request, text[1..], attempt);
        return SayAsync(context, target, request, Category.Message, text, attempt);
    }

    /// <summary>Says a text in a window.</summary>
    /// <param name="context">The entry.</param>
    /// <param name="target">Where.</param>
    /// <param name="request">Who waits for the answer.</param>
    /// <param name="cat">Message, action or notice.</param>
    /// <param name="text">What; each of its lines is a message, where the server does not take several as one.</param>
    /// <param name="attempt">Which attempt of the client's it is.</param>
    /// <param name="echo">Whether the asking session is told like everybody else, since it typed it elsewhere.</param>
    internal static async Task<Ack?> SayAsync(
        ParserContext context, Target target, RequestEntry request, string cat, string text, Attempt attempt, bool echo = false)
    {
        var connection = context.Connection;
        if (!connection.IsRegistered)
            return RequestCommands.NotConnected(context);
        if (target.Name.Length == 0)
        {
            return target.IsServer
                ? new Ack(Status.Error, "Nobody reads what is said here. Commands of the network begin with /quote.")
                : new Ack(Status.NotFound, "This nick is somebody else's by now, or nobody's.");
        }
        var plan = OutgoingText.Plan(
            text,
            line => MessageSplitter.Split(line, Command(cat), target.Name, PrefixBytes(connection), connection.Support.LineLength, cat == Category.Action),
            cat == Category.Message ? connection.Multiline : null);
        if (plan.Count == 0)
            return new Ack(Status.ParameterMissing, "There is nothing to say in that.");
        var rid = attempt.Rid.Length > 0 ? attempt.Rid : context.Rid;
        var mayBeThere = attempt.MayBeThere || context.Redelivered;
        var messages = plan.Select((message, i) => new NewMessage(
            context.User, cat, message.Body, i == 0 ? rid : $"{rid}:{i}", mayBeThere)).ToList();
        var isAlone = messages.Count == 1 && !echo;
        PendingAck? sender = isAlone && request is { Session: { } session, ReqId: { } reqId } ? new PendingAck(session, reqId) : null;

        var isThere = mayBeThere && await context.On.History.FindByRidAsync(target.Id, context.User, rid) is not null;
        if (!isThere)
        {
            await context.SendAsync(target.Id, [.. plan.SelectMany(message => message.ToLines(Command(cat), target.Name))]);
            if (target.Peer is { IsIrc: false } peer && peer != context.User)
                await OneOnOnes.OpenAsync(context, peer, context.User);
        }
        var gids = target.Peer is null
            ? await PostInChannelAsync(context, target, messages, plan, sender)
            : await PostInChatAsync(context, target, messages, sender);
        return isAlone ? null : new Ack(Status.Ok, Result: gids.Count == 1
            ? new MessagesPosted(gids[0].Gid, null, gids[0].Ts)
            : new MessagesPosted(null, gids.ConvertAll(message => message.Gid), gids[0].Ts));
    }

    /// <summary>TYPING, where the server passes it on.</summary>
    internal static async Task<Ack> TypingAsync(ParserContext context, Target target)
    {
        var connection = context.Connection;
        if (connection.IsRegistered && target.Name.Length > 0 && connection.Has("message-tags") && !connection.Support.DeniesClientTag("typing"))
            await context.SendAsync(null, IrcLine.Tagged(IrcLine.Of("TAGMSG", target.Name), KeyValuePair.Create("+typing", "active")));
        return Ack.Ok;
    }

    private static async Task<List<ChatMessage>> PostInChannelAsync(ParserContext context, Target target, List<NewMessage> messages, IReadOnlyList<OutgoingMessage> plan, PendingAck? sender)
    {
        var posted = new List<ChatMessage>();
        await context.InChannelAsync(target.Id, async (scope, ledger) =>
        {
            for (var i = 0; i < messages.Count; i++)
            {
                posted.Add(await scope.PostAsync(messages[i], sender));
                Note(context, ledger, messages[i].Cat, plan[i].Pieces);
            }
        });
        return posted;
    }

    private static async Task<List<ChatMessage>> PostInChatAsync(ParserContext context, Target target, List<NewMessage> messages, PendingAck? sender)
    {
        var posted = new List<ChatMessage>();
        await context.InAsync(target.Id, async scope =>
        {
            foreach (var message in messages)
                posted.Add(await scope.PostAsync(message, sender));
        });
        return posted;
    }

    // Should our connection end before the others have heard it, they don't know the nick for ours any more.
    private static void Note(ParserContext context, ChannelLedger ledger, string cat, IReadOnlyList<OutgoingPiece> pieces)
    {
        foreach (var (piece, _) in pieces.Where(piece => piece.Text.Length > 0))
            ledger.Said(context.Connection.Mapping.Fold(context.Connection.Nick), cat, Ctcp.Parse(piece)?.Text ?? piece, context.At);
    }

    private static string Command(string cat) => cat == Category.Notice ? "NOTICE" : "PRIVMSG";

    private static int PrefixBytes(UserConnection connection)
    {
        var parts = connection.UserHost?.Split('@', 2);
        return MessageSplitter.PrefixBytes(connection.Nick, parts?[0], parts is { Length: 2 } ? parts[1] : null, connection.Support);
    }
}
