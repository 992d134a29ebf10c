using Mas.Core.Model;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>JOIN, PART, KICK and QUIT.</summary>
internal sealed class PresenceEvents(IrcUsers ircUsers, ChannelMembers members, ConversationAccess access, SelfJoin selfJoin, SelfLeave selfLeave)
{
    /// <summary>JOIN; with extended-join more parameters follow the channel.</summary>
    internal async Task JoinAsync(ParserContext context, IrcMessage message)
    {
        if (message.Source is not { } source)
            return;
        foreach (var name in message.Parameter(0).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (context.Connection.IsMe(source.Nick))
                await selfJoin.RunAsync(context, name);
            else if (context.Connection.Channel(name) is { } channel)
                await OtherJoinedAsync(context, source, channel);
        }
    }

    internal async Task PartAsync(ParserContext context, IrcMessage message)
    {
        if (message.Source is not { } source)
            return;
        var reason = message.Parameters.Count > 1 ? message.Last : "";
        foreach (var name in message.Parameter(0).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (context.Connection.IsMe(source.Nick))
            {
                if (await FindOwnAsync(context, name) is { } own)
                    await selfLeave.RunAsync(context, own, context.User, Category.Part, reason);
            }
            else if (context.Connection.Channel(name) is { } channel)
                await OtherLeftAsync(context, source.Nick, channel, Category.Part, reason);
        }
    }

    internal async Task KickAsync(ParserContext context, IrcMessage message)
    {
        var connection = context.Connection;
        var (name, nick, reason) = (message.Parameter(0), message.Parameter(1), message.Parameters.Count > 2 ? message.Last : "");
        var isOwn = connection.IsMe(nick);
        if ((isOwn ? await FindOwnAsync(context, name) : connection.Channel(name)) is not { } channel)
        {
            // An earlier delivery has left the channel and died before it told.
            if (isOwn && context.Redelivered)
                TellKicked(context, message, name, reason);
            return;
        }
        var kicker = await ircUsers.AuthorOfAsync(connection, message.Source);
        var text = reason.Length > 0 ? $"{nick}: {reason}" : nick;
        if (isOwn)
        {
            await selfLeave.RunAsync(context, channel, kicker, Category.Kick, text);
            TellKicked(context, message, channel.Name, reason);
            return;
        }
        var member = await ircUsers.GetAsync(connection, nick);
        await access.InChannelAsync(context, channel.Id, async (scope, dedup) =>
        {
            if (dedup.IsNewLeave(context.User, connection.Mapping.Fold(nick), context.At))
                await members.LeaveAsync(scope, member, kicker, Category.Kick, text);
        });
    }

    /// <summary>QUIT: shown in each of the user's channels that the nick was in.</summary>
    internal async Task QuitAsync(ParserContext context, IrcMessage message)
    {
        if (message.Source is not { } source || context.Connection.IsMe(source.Nick))
            return;
        foreach (var channel in await members.FindChannelsAsync(context, source.Nick))
            await OtherLeftAsync(context, source.Nick, channel, Category.Quit, message.Last);
    }

    /// <summary>A channel of the user's, also one that is half left.</summary>
    private async Task<UserChannel?> FindOwnAsync(ParserContext context, string name) =>
        context.Connection.Channel(name) ?? await selfLeave.FindHalfLeftAsync(context, name);

    private static void TellKicked(ParserContext context, IrcMessage message, string name, string reason) => context.TellServerWindow(
        Category.Kick, $"{message.Source?.Nick ?? context.Connection.Server} kicked you from {name}{(reason.Length > 0 ? $": {reason}" : "")}");

    private Task OtherJoinedAsync(ParserContext context, IrcSource source, UserChannel channel) =>
        access.InChannelAsync(context, channel.Id, async (scope, dedup) =>
        {
            var nick = context.Connection.Mapping.Fold(source.Nick);
            if (!dedup.IsNewJoin(context.User, nick, context.At))
                return;
            var member = await ircUsers.GetAsync(context.Connection, source.Nick);
            // After a netsplit many come back at once; no lines for them.
            await members.EnterAsync(scope, member, postsLine: !dedup.Netsplits.Returns(nick, context.At));
        });

    private Task OtherLeftAsync(ParserContext context, string nick, UserChannel channel, string cat, string reason) =>
        access.InChannelAsync(context, channel.Id, async (scope, dedup) =>
        {
            if (dedup.IsNewLeave(context.User, context.Connection.Mapping.Fold(nick), context.At) && await members.FindAsync(context, channel.Id, nick) is { } member)
                await members.LeaveAsync(scope, member, member, cat, reason);
        });
}
