using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>Sends text: first to the connection, then as messages to the conversation. Other users' connections drop its echo.</summary>
internal sealed class SendCommand(ConversationHistory history, ConversationAccess access, EntryPoster poster, OneOnOnes oneOnOnes, ConnectionSender sender)
{
    /// <summary>Sends a text.</summary>
    /// <param name="context">The entry.</param>
    /// <param name="target">Where to.</param>
    /// <param name="request">The request, for the answer.</param>
    /// <param name="cat">Message, action or notice.</param>
    /// <param name="text">The text. Each line is a message, unless the server takes several lines as one.</param>
    /// <param name="attempt">Which of the client's attempts it is.</param>
    /// <param name="echo">Whether the requesting session gets the message like every other, because it typed it in another window.</param>
    internal async Task<Ack?> RunAsync(
        ParserContext context, Target target, RequestEntry request, string cat, string text, SendAttempt attempt, bool echo = false)
    {
        var connection = context.Connection;
        if (!connection.IsRegistered)
            return Refusals.NotConnected(context);
        if (target.Name.Length == 0)
        {
            return target.IsServer
                ? new Ack(Status.Error, "The server's window takes commands only. Send one with /quote.")
                : new Ack(Status.NotFound, "This nick is offline or belongs to somebody else now.");
        }
        var command = Command(cat);
        var plan = OutgoingText.Plan(
            text,
            line => MessageSplitter.Split(line, command, target.Name, PrefixBytes(connection), connection.Support.LineLength, cat == Category.Action),
            cat == Category.Message ? connection.Multiline : null);
        if (plan.Count == 0)
            return new Ack(Status.ParameterMissing, "The message is empty.");
        var rid = attempt.Rid.Length > 0 ? attempt.Rid : context.Rid;
        var mayBeThere = attempt.MayBeThere || context.Redelivered;
        var messages = plan.Select((message, i) => new NewMessage(
            context.User, cat, message.Body, i == 0 ? rid : $"{rid}:{i}", mayBeThere)).ToList();
        var isAlone = messages.Count == 1 && !echo;
        PendingAck? pendingAck = isAlone && request is { Session: { } session, ReqId: { } reqId } ? new PendingAck(session, reqId) : null;

        if (!mayBeThere || await history.FindByRidAsync(target.Id, context.User, rid) is null)
        {
            await sender.SendAsync(context, target.Id, [.. plan.SelectMany(message => message.ToLines(command, target.Name))]);
            if (target.Peer is { IsIrc: false } peer && peer != context.User)
                await oneOnOnes.OpenAsync(context, peer, context.User);
        }
        var posted = await PostAsync(context, target, messages, plan, pendingAck);
        return isAlone ? null : new Ack(Status.Ok, Result: posted.Count == 1
            ? new MessagesPosted(posted[0].Gid, null, posted[0].Ts)
            : new MessagesPosted(null, posted.ConvertAll(message => message.Gid), posted[0].Ts));
    }

    /// <summary>TYPING, for servers that pass it on.</summary>
    internal async Task<Ack> TypingAsync(ParserContext context, Target target)
    {
        var connection = context.Connection;
        if (connection.IsRegistered && target.Name.Length > 0 && connection.Has("message-tags") && !connection.Support.DeniesClientTag("typing"))
            await sender.SendAsync(context, null, IrcLine.Tagged(IrcLine.Of("TAGMSG", target.Name), KeyValuePair.Create("+typing", "active")));
        return Ack.Ok;
    }

    private async Task<List<ChatMessage>> PostAsync(
        ParserContext context, Target target, List<NewMessage> messages, IReadOnlyList<OutgoingMessage> plan, PendingAck? pendingAck)
    {
        var posted = new List<ChatMessage>();
        if (target.Peer is null)
            await access.InChannelAsync(context, target.Id, (scope, dedup) => PostAllAsync(scope, message => CountEcho(context, dedup, message)));
        else
            await access.InAsync(context, target.Id, scope => PostAllAsync(scope, _ => { }));
        return posted;

        async Task PostAllAsync(ConversationScope scope, Action<int> done)
        {
            for (var i = 0; i < messages.Count; i++)
            {
                posted.Add(await poster.PostAsync(scope, messages[i], pendingAck));
                done(i);
            }
        }

        // The other connections hear it after this one may have ended, when they no longer know whose nick it was.
        void CountEcho(ParserContext entry, ChannelDeduplicator dedup, int i)
        {
            foreach (var (piece, _) in plan[i].Pieces.Where(piece => piece.Text.Length > 0))
                dedup.Said(entry.Connection.Mapping.Fold(entry.Connection.Nick), messages[i].Cat, Ctcp.Parse(piece)?.Text ?? piece, entry.At);
        }
    }

    private static string Command(string cat) => cat == Category.Notice ? "NOTICE" : "PRIVMSG";

    private static int PrefixBytes(UserConnection connection)
    {
        var parts = connection.UserHost?.Split('@', 2);
        return MessageSplitter.PrefixBytes(connection.Nick, parts?[0], parts is { Length: 2 } ? parts[1] : null, connection.Support);
    }
}
