using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>Changes channels by asking the server; its answer makes the change.</summary>
internal sealed class ChannelCommands(RawCommand raw, Conversations conversations, IrcUsers ircUsers)
{
    // For servers without a limit (MODES).
    private const int MaxModes = 20;

    internal async Task<Ack> TopicAsync(ParserContext context, Target target, string topic) => target.Peer is not null
        ? Refusals.ChannelsOnly
        : await raw.RunAsync(context, target, "TOPIC", IrcLine.WithText(topic, "TOPIC", target.Name));

    internal async Task<Ack> KeyAsync(ParserContext context, Target target, string key)
    {
        if (target.Peer is not null)
            return Refusals.ChannelsOnly;
        if (key.AsSpan().IndexOfAny(" ,:") >= 0)
            return new Ack(Status.ParameterInvalid, "A channel password must not contain spaces, commas or colons.");
        var old = target.Conversation.Password;
        return await raw.RunAsync(context, target, "MODE", key.Length > 0
            ? IrcLine.Of("MODE", target.Name, "+k", key)
            : IrcLine.Of("MODE", target.Name, "-k", old.Length > 0 ? old : "*"));
    }

    internal async Task<Ack> RoleAsync(ParserContext context, Target target, UserId? user, string role)
    {
        if (target.Peer is not null)
            return Refusals.ChannelsOnly;
        if (user is not { } member || await ircUsers.NickOfAsync(member, context.Network) is not { } nick)
            return Refusals.NoMember;
        var mode = (role, await conversations.GetRoleAsync(target.Id, member)) switch
        {
            (Roles.Operator, _) => "+o",
            (Roles.Voice, Roles.Operator) => "-o+v",
            (Roles.Voice, _) => "+v",
            (Roles.User, Roles.Operator) => "-o",
            (Roles.User, _) => "-v",
            _ => "",
        };
        if (mode.Length == 0)
            return new Ack(Status.ParameterInvalid, "A channel has the roles @ (operator), + (voice) and u (member).");
        return await raw.RunAsync(context, target, "MODE", mode.Length > 2
            ? IrcLine.Of("MODE", target.Name, mode, nick, nick)
            : IrcLine.Of("MODE", target.Name, mode, nick));
    }

    internal async Task<Ack> KickAsync(ParserContext context, Target target, UserId? user, string reason) =>
        user is { } member && await ircUsers.NickOfAsync(member, context.Network) is { } nick
            ? await KickAsync(context, target, nick, reason)
            : Refusals.NoMember;

    internal async Task<Ack> KickAsync(ParserContext context, Target target, string nick, string reason) => target.Peer is not null
        ? Refusals.ChannelsOnly
        : await raw.RunAsync(context, target, "KICK", reason.Length > 0
            ? IrcLine.WithText(reason, "KICK", target.Name, nick)
            : IrcLine.Of("KICK", target.Name, nick));

    /// <summary>/op, /deop, /voice, /devoice, of one nick or several.</summary>
    internal async Task<Ack> ModeAsync(ParserContext context, Target target, string command, string nicks)
    {
        if (target.Peer is not null)
            return Refusals.ChannelsOnly;
        var (sign, mode) = (command.StartsWith("de", StringComparison.Ordinal) ? '-' : '+', command.EndsWith("op", StringComparison.Ordinal) ? 'o' : 'v');
        var max = context.Connection.Support.ModesPerCommand ?? MaxModes;
        foreach (var chunk in nicks.Split(' ', StringSplitOptions.RemoveEmptyEntries).Chunk(Math.Max(1, max)))
        {
            var ack = await raw.RunAsync(context, target, "MODE", IrcLine.Of("MODE", [target.Name, sign + new string(mode, chunk.Length), .. chunk]));
            if (ack.Status != Status.Ok)
                return ack;
        }
        return Ack.Ok;
    }
}
