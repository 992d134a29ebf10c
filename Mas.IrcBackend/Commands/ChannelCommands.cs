using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;

namespace Mas.IrcBackend.Commands;

/// <summary>Changes a channel by asking its server; what becomes of it, the server tells.</summary>
internal static class ChannelCommands
{
    private static readonly Ack NoChannel = new(Status.Error, "This works in channels only.");
    private static readonly Ack NoMember = new(Status.NotFound, "There is no such member.");

    internal static async Task<Ack> TopicAsync(ParserContext context, Target target, string topic) => target.Peer is not null
        ? NoChannel
        : await TypedCommands.RawAsync(context, target, IrcLine.WithText(topic, "TOPIC", target.Name));

    internal static async Task<Ack> KeyAsync(ParserContext context, Target target, string key)
    {
        if (target.Peer is not null)
            return NoChannel;
        if (key.AsSpan().IndexOfAny(" ,:") >= 0)
            return new Ack(Status.ParameterInvalid, "A channel's key has no spaces, commas or colons.");
        var old = target.Conversation.Password;
        return await TypedCommands.RawAsync(context, target, key.Length > 0
            ? IrcLine.Of("MODE", target.Name, "+k", key)
            : IrcLine.Of("MODE", target.Name, "-k", old.Length > 0 ? old : "*"));
    }

    internal static async Task<Ack> RoleAsync(ParserContext context, Target target, UserId? user, string role)
    {
        if (target.Peer is not null)
            return NoChannel;
        if (user is not { } member || await context.On.People.NickOfAsync(member, context.Network) is not { } nick)
            return NoMember;
        var now = await context.On.Conversations.GetRoleAsync(target.Id, member);
        var mode = (role, now) switch
        {
            (Roles.Operator, _) => "+o",
            (Roles.Voice, Roles.Operator) => "-o+v",
            (Roles.Voice, _) => "+v",
            (Roles.User, Roles.Operator) => "-o",
            (Roles.User, _) => "-v",
            _ => "",
        };
        if (mode.Length == 0)
            return new Ack(Status.ParameterInvalid, "There is no such role in a channel.");
        return await TypedCommands.RawAsync(context, target, mode.Length > 2
            ? IrcLine.Of("MODE", target.Name, mode, nick, nick)
            : IrcLine.Of("MODE", target.Name, mode, nick));
    }

    internal static async Task<Ack> KickAsync(ParserContext context, Target target, UserId? user, string reason) =>
        user is { } member && await context.On.People.NickOfAsync(member, context.Network) is { } nick
            ? await KickNickAsync(context, target, nick, reason)
            : NoMember;

    internal static async Task<Ack> KickNickAsync(ParserContext context, Target target, string nick, string reason) => target.Peer is not null
        ? NoChannel
        : await TypedCommands.RawAsync(context, target, reason.Length > 0
            ? IrcLine.WithText(reason, "KICK", target.Name, nick)
            : IrcLine.Of("KICK", target.Name, nick));

    /// <summary>/op, /deop, /voice, /devoice, of one nick or several.</summary>
    internal static async Task<Ack> ModeAsync(ParserContext context, Target target, string command, string nicks)
    {
        if (target.Peer is not null)
            return NoChannel;
        var (sign, mode) = (command.StartsWith("de", StringComparison.Ordinal) ? '-' : '+', command.EndsWith("op", StringComparison.Ordinal) ? 'o' : 'v');
        var most = context.Connection.Support.ModesPerCommand ?? 20;
        foreach (var chunk in nicks.Split(' ', StringSplitOptions.RemoveEmptyEntries).Chunk(Math.Max(1, most)))
        {
            var ack = await TypedCommands.RawAsync(context, target, IrcLine.Of("MODE", [target.Name, sign + new string(mode, chunk.Length), .. chunk]));
            if (ack.Status != Status.Ok)
                return ack;
        }
        return Ack.Ok;
    }
}
