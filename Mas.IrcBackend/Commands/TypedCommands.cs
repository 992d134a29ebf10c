using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>What is typed in a window of an IRC network: text, or a command. Unknown commands go to the server as typed.</summary>
internal sealed class TypedCommands(
    UserConnections connections, SendCommand send, MessageCommand message, ChatCommand chat, JoinCommand join, CloseCommand close, ChannelCommands channel,
    NetworkCommands network, RawCommand raw)
{
    private const string Help =
        "/me text, /msg nick text, /query nick, /join channel [key], /part [reason], /topic [text], /nick new, /kick nick [reason], /op nick, /deop nick, "
        + "/voice nick, /devoice nick, /invite nick [channel], /whois nick, /away [text], /notice nick text, /quote raw, /help. "
        + "Other commands go to the server as typed. Start a line with // to send text that begins with a slash.";

    /// <summary>SEND: a text, or a command behind a slash.</summary>
    internal Task<Ack?> SendAsync(ParserContext context, Target target, RequestEntry request, string text, SendAttempt attempt)
    {
        if (text.StartsWith("//", StringComparison.Ordinal))
            text = text[1..];
        else if (text.StartsWith('/'))
            return RunOnceAsync(context, target, request, text[1..], attempt);
        return send.RunAsync(context, target, request, Category.Message, text, attempt);
    }

    /// <summary>Runs a command.</summary>
    internal async Task<Ack?> RunAsync(ParserContext context, Target target, RequestEntry request, string name, string parameters, SendAttempt attempt)
    {
        var (first, rest) = SplitFirst(parameters);
        switch (name)
        {
            case "me" when parameters.Length > 0:
                return await send.RunAsync(context, target, request, Category.Action, parameters, attempt);
            case "msg" when rest.Length > 0:
                return await message.RunAsync(context, request, first, rest, Category.Message, attempt);
            case "notice" when rest.Length > 0:
                return await message.RunAsync(context, request, first, rest, Category.Notice, attempt);
            case "query" when first.Length > 0:
                return await chat.RunAsync(context, first, null);
            case "join" when first.Length > 0:
                return await join.RunAsync(context, first, rest);
            case "part":
                return await close.RunAsync(context, target, parameters);
            case "topic" when parameters.Length > 0:
                return await channel.TopicAsync(context, target, parameters);
            case "topic":
                return await raw.RunAsync(context, target, "TOPIC", IrcLine.Of("TOPIC", target.Name));
            case "nick" when first.Length > 0:
                return await network.NickAsync(context, target, first);
            case "kick" when first.Length > 0:
                return await channel.KickAsync(context, target, first, rest);
            case "op" or "deop" or "voice" or "devoice" when first.Length > 0:
                return await channel.ModeAsync(context, target, name, parameters);
            case "invite" when first.Length > 0:
                return await raw.RunAsync(context, target, "INVITE", IrcLine.Of("INVITE", first, rest.Length > 0 ? rest : target.Name));
            case "whois" when first.Length > 0:
                return await network.WhoisAsync(context, first, target.Id);
            case "away":
                return await raw.RunAsync(context, target, "AWAY", parameters.Length > 0 ? IrcLine.WithText(parameters, "AWAY") : "AWAY");
            case "quote" when parameters.Length > 0:
                return await QuoteAsync(context, target, request, parameters, attempt);
            case "help":
                return new Ack(Status.Ok, Result: new TextToShow(Help));
            case "me" or "msg" or "notice" or "query" or "join" or "nick" or "kick" or "op" or "deop" or "voice" or "devoice" or "invite" or "whois" or "quote" or "":
                return new Ack(Status.ParameterMissing, $"/{name} needs more parameters. /help lists the commands.");
            default:
                return await QuoteAsync(context, target, request, $"{name.ToUpperInvariant()} {parameters}", attempt);
        }
    }

    /// <summary>Runs a typed command unless an earlier attempt has.</summary>
    private async Task<Ack?> RunOnceAsync(ParserContext context, Target target, RequestEntry request, string typed, SendAttempt attempt)
    {
        var executed = context.Connection.Executed;
        if (executed.Has(attempt.Rid))
            return Ack.Ok;
        var end = typed.IndexOfAny([' ', '\n']);
        var ack = end < 0
            ? await RunAsync(context, target, request, typed.ToLowerInvariant(), "", attempt)
            : await RunAsync(context, target, request, typed[..end].ToLowerInvariant(), typed[(end + 1)..].Trim(), attempt);
        // A command whose answer has a result left a message or a window, by which a retry is recognised.
        if (ack is { Status: Status.Ok, Result: null } && attempt.Rid.Length > 0)
        {
            executed.Add(attempt.Rid);
            await connections.SetAsync(context.Connection, "done", executed.ToString());
        }
        return ack;
    }

    private async Task<Ack?> QuoteAsync(ParserContext context, Target target, RequestEntry request, string typed, SendAttempt attempt)
    {
        var line = IrcLine.Raw(typed);
        if (!IrcMessage.TryParse(line, out var parsed))
            return new Ack(Status.ParameterInvalid, "This is not a valid IRC command.");
        return parsed.Command switch
        {
            // Messages are posted, however they were typed.
            "PRIVMSG" or "NOTICE" when parsed.Parameters.Count > 1 && parsed.Tags.Count == 0 && Ctcp.Parse(parsed.Last) is null =>
                await message.RunAsync(context, request, parsed.Parameter(0), parsed.Last, parsed.Command == "NOTICE" ? Category.Notice : Category.Message, attempt),
            "QUIT" => await network.DisconnectAsync(context),
            "NICK" when parsed.Parameters.Count > 0 => await network.NickAsync(context, target, parsed.Parameter(0)),
            _ => await raw.RunAsync(context, target, parsed.Command, line, hasTags: parsed.Tags.Count > 0),
        };
    }

    private static (string First, string Others) SplitFirst(string parameters)
    {
        var space = parameters.IndexOf(' ');
        return space < 0 ? (parameters, "") : (parameters[..space], parameters[(space + 1)..].Trim());
    }
}
