using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Bridge;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Commands;

/// <summary>The commands that may be typed in a window of an IRC network; unknown ones go to the server as typed.</summary>
internal static class TypedCommands
{
    private const string Help =
        "/me text, /msg nick text, /query nick, /join channel [key], /part [reason], /topic [text], /nick new, /kick nick [reason], /op nick, /deop nick, "
        + "/voice nick, /devoice nick, /invite nick [channel], /whois nick, /away [text], /notice nick text, /quote raw, /help. "
        + "Other commands go to the server as typed. Two slashes send a line that begins with one.";

    /// <summary>Runs what was typed behind the slash.</summary>
    internal static async Task<Ack?> RunAsync(ParserContext context, Target target, RequestEntry request, string typed, Attempt attempt)
    {
        var done = context.Connection.Done;
        if (done.Has(attempt.Rid))
            return Ack.Ok;
        var end = typed.IndexOfAny([' ', '\n']);
        var ack = end < 0
            ? await RunAsync(context, target, request, typed.ToLowerInvariant(), "", attempt)
            : await RunAsync(context, target, request, typed[..end].ToLowerInvariant(), typed[(end + 1)..].Trim(), attempt);
        // What says more than that is found again by what it says: a message in its history, a window.
        if (ack is { Status: Status.Ok, Result: null } && attempt.Rid.Length > 0)
        {
            done.Add(attempt.Rid);
            await context.On.Connections.SetAsync(context.Connection, "done", done.ToString());
        }
        return ack;
    }

    /// <summary>Runs a command.</summary>
    internal static async Task<Ack?> RunAsync(ParserContext context, Target target, RequestEntry request, string name, string parameters, Attempt attempt)
    {
        var (first, rest) = SplitFirst(parameters);
        switch (name)
        {
            case "me" when parameters.Length > 0:
                return await SayCommand.SayAsync(context, target, request, Category.Action, parameters, attempt);
            case "msg" when rest.Length > 0:
                return await MessageAsync(context, request, first, rest, Category.Message, attempt);
            case "notice" when rest.Length > 0:
                return await MessageAsync(context, request, first, rest, Category.Notice, attempt);
            case "query" when first.Length > 0:
                return await ChatCommand.RunAsync(context, first, null);
            case "join" when first.Length > 0:
                return await JoinCommand.RunAsync(context, first, rest);
            case "part":
                return await CloseCommand.RunAsync(context, target, parameters);
            case "topic" when parameters.Length > 0:
                return await ChannelCommands.TopicAsync(context, target, parameters);
            case "topic":
                return await RawAsync(context, target, IrcLine.Of("TOPIC", target.Name));
            case "nick" when first.Length > 0:
                return await NetworkCommands.NickAsync(context, target, first);
            case "kick" when first.Length > 0:
                return await ChannelCommands.KickNickAsync(context, target, first, rest);
            case "op" or "deop" or "voice" or "devoice" when first.Length > 0:
                return await ChannelCommands.ModeAsync(context, target, name, parameters);
            case "invite" when first.Length > 0:
                return await RawAsync(context, target, IrcLine.Of("INVITE", first, rest.Length > 0 ? rest : target.Name));
            case "whois" when first.Length > 0:
                return await NetworkCommands.WhoisAsync(context, first, target.Id);
            case "away":
                return await RawAsync(context, target, parameters.Length > 0 ? IrcLine.WithText(parameters, "AWAY") : "AWAY");
            case "quote" when parameters.Length > 0:
                return await QuoteAsync(context, target, request, parameters, attempt);
            case "help":
                return new Ack(Status.Ok, Result: new TextToShow(Help));
            case "me" or "msg" or "notice" or "query" or "join" or "nick" or "kick" or "op" or "deop" or "voice" or "devoice" or "invite" or "whois" or "quote" or "":
                return new Ack(Status.ParameterMissing, $"/{name} needs more than that. /help lists the commands.");
            default:
                return await QuoteAsync(context, target, request, $"{name.ToUpperInvariant()} {parameters}", attempt);
        }
    }

    /// <summary>Sends a line; what the server says to it is shown in the window where it was typed.</summary>
    internal static async Task<Ack> RawAsync(ParserContext context, Target target, string line)
    {
        if (!context.Connection.IsRegistered)
            return RequestCommands.NotConnected(context);
        var asked = context.Connection.Asked;
        asked.TakeDue(context.On.Time.GetUtcNow());
        if (IrcMessage.TryParse(line, out var message))
        {
            var label = context.Connection.Has("labeled-response") && message.Tags.Count == 0 ? asked.NewLabel() : null;
            asked.Sent(message.Command, "", label, target.Id, context.On.Time.GetUtcNow());
            line = label is null ? line : IrcLine.Tagged(line, KeyValuePair.Create("label", label));
        }
        await context.SendAsync(target.Id, line);
        return Ack.Ok;
    }

    private static async Task<Ack?> QuoteAsync(ParserContext context, Target target, RequestEntry request, string typed, Attempt attempt)
    {
        var raw = IrcLine.Raw(typed);
        if (!IrcMessage.TryParse(raw, out var message))
            return new Ack(Status.ParameterInvalid, "This is no line of IRC.");
        return message.Command switch
        {
            // What is said is posted, however it was typed.
            "PRIVMSG" or "NOTICE" when message.Parameters.Count > 1 && message.Tags.Count == 0 && Ctcp.Parse(message.Last) is null =>
                await MessageAsync(context, request, message.Parameter(0), message.Last, message.Command == "NOTICE" ? Category.Notice : Category.Message, attempt),
            "QUIT" => await NetworkCommands.DisconnectAsync(context),
            "NICK" when message.Parameters.Count > 0 => await NetworkCommands.NickAsync(context, target, message.Parameter(0)),
            _ => await RawAsync(context, target, raw),
        };
    }

    private static async Task<Ack?> MessageAsync(ParserContext context, RequestEntry request, string to, string text, string cat, Attempt attempt)
    {
        if (!context.Connection.IsRegistered)
            return RequestCommands.NotConnected(context);
        var (_, bare) = context.Connection.Support.SplitStatus(to);
        if (context.Connection.Channel(to) is { } channel)
        {
            return await Target.FindAsync(context, channel.Id) is { } there
                ? await SayCommand.SayAsync(context, there, request, cat, text, attempt, echo: true)
                : Ack.NoWindow;
        }
        // To a channel of which the user has no window, or to those with a status there: nothing to post it in.
        if (context.Connection.Support.IsChannel(bare) || cat == Category.Notice)
        {
            var prefix = MessageSplitter.PrefixBytes(context.Connection.Nick, null, null, context.Connection.Support);
            var command = cat == Category.Notice ? "NOTICE" : "PRIVMSG";
            await context.SendAsync(null, [.. MessageSplitter.Split(text, command, to, prefix, context.Connection.Support.LineLength).Select(piece => IrcLine.WithText(piece, command, to))]);
            return Ack.Ok;
        }
        if (ChatCommand.Refuse(to) is { } refusal)
            return refusal;
        var peer = await context.On.People.GetAsync(context.Network, context.Connection.Mapping, to);
        var id = await OneOnOnes.OpenAsync(context, peer);
        return await Target.FindAsync(context, id) is { } target
            ? await SayCommand.SayAsync(context, target, request, cat, text, attempt, echo: true)
            : Ack.NoWindow;
    }

    private static (string First, string Others) SplitFirst(string parameters)
    {
        var space = parameters.IndexOf(' ');
        return space < 0 ? (parameters, "") : (parameters[..space], parameters[(space + 1)..].Trim());
    }
}
