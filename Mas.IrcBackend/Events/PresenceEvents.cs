using Mas.Core.Model;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>JOIN, PART, KICK, QUIT, NICK: who is in a channel.</summary>
internal static class PresenceEvents
{
    /// <summary>Somebody, or we, joined. With extended-join more parameters follow the channel.</summary>
    internal static async Task JoinAsync(ParserContext context, IrcMessage message)
    {
        if (message.Source is not { } source)
            return;
        foreach (var name in message.Parameter(0).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (context.Connection.IsMe(source.Nick))
                await SelfMembership.EnterAsync(context, name);
            else if (context.Connection.Channel(name) is { } channel)
                await OtherJoinedAsync(context, source, channel);
        }
    }

    /// <summary>Somebody, or we, left.</summary>
    internal static async Task PartAsync(ParserContext context, IrcMessage message)
    {
        if (message.Source is not { } source)
            return;
        var reason = message.Parameters.Count > 1 ? message.Last : "";
        foreach (var name in message.Parameter(0).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (context.Connection.IsMe(source.Nick))
            {
                if (await OwnAsync(context, name) is { } own)
                    await SelfMembership.LeaveAsync(context, own, context.User, Category.Part, reason);
            }
            else if (context.Connection.Channel(name) is { } channel)
                await OtherLeftAsync(context, source.Nick, channel, Category.Part, reason);
        }
    }

    /// <summary>Somebody was put out: us, or another.</summary>
    internal static async Task KickAsync(ParserContext context, IrcMessage message)
    {
        var connection = context.Connection;
        var (name, nick, reason) = (message.Parameter(0), message.Parameter(1), message.Parameters.Count > 2 ? message.Last : "");
        var isOwn = connection.IsMe(nick);
        if ((isOwn ? await OwnAsync(context, name) : connection.Channel(name)) is not { } channel)
        {
            // Done by a parser that died before it had told.
            if (isOwn && context.Redelivered)
                await TellKickedAsync(context, message, name, reason);
            return;
        }
        var kicker = message.Source is { IsServer: false } source
            ? await context.On.People.GetAsync(context.Network, connection.Mapping, source.Nick)
            : UserId.Server;
        var text = reason.Length > 0 ? $"{nick}: {reason}" : nick;
        if (isOwn)
        {
            await SelfMembership.LeaveAsync(context, channel, kicker, Category.Kick, text);
            await TellKickedAsync(context, message, channel.Name, reason);
            return;
        }
        var member = await context.On.People.GetAsync(context.Network, connection.Mapping, nick);
        await context.InChannelAsync(channel.Id, async (scope, ledger) =>
        {
            if (ledger.IsNewLeave(context.User, connection.Mapping.Fold(nick), context.At))
                await scope.LeaveAsync(member, kicker, Category.Kick, text);
        });
    }

    /// <summary>Somebody left the network: told in each channel of ours that they were in.</summary>
    internal static async Task QuitAsync(ParserContext context, IrcMessage message)
    {
        if (message.Source is not { } source || context.Connection.IsMe(source.Nick))
            return;
        foreach (var (channel, _) in await ChannelsOfAsync(context, source.Nick))
            await OtherLeftAsync(context, source.Nick, channel, Category.Quit, message.Last);
    }

    /// <summary>Somebody, or we, have another nick.</summary>
    internal static async Task NickAsync(ParserContext context, IrcMessage message)
    {
        if (message.Source is not { } source)
            return;
        var (network, mapping) = (context.Network, context.Connection.Mapping);
        var (old, nick) = (source.Nick, message.Parameter(0));
        // The event that went before this line has named us already.
        var isOwn = context.Connection.IsMe(nick) || context.Connection.IsMe(old);
        var channels = isOwn ? [.. context.Connection.Channels.Values] : (await ChannelsOfAsync(context, old)).ConvertAll(found => found.Channel);
        // A parser that died in the middle of it may have known them by the new nick already.
        if (context.Redelivered && !isOwn)
            channels = [.. channels.Union((await ChannelsOfAsync(context, nick)).ConvertAll(found => found.Channel))];
        var mas = isOwn ? context.User : await context.On.People.FindMasAsync(network, mapping, old) ?? await context.On.People.FindMasAsync(network, mapping, nick);
        UserId? renamed = mas;
        foreach (var channel in channels)
        {
            await context.InChannelAsync(channel.Id, async (scope, ledger) =>
            {
                var (from, to) = (mapping.Fold(old), mapping.Fold(nick));
                var isNew = from == to
                    ? ledger.IsNew(context.User, from, "NICK", nick, context.At)
                    : ledger.IsNewLeave(context.User, from, context.At) & ledger.IsNewJoin(context.User, to, context.At);
                if (!isNew)
                    return;
                // By now the old nick may be somebody else's.
                renamed ??= context.Redelivered && await scope.HasPostedAsync()
                    ? await context.On.People.GetAsync(network, mapping, nick)
                    : await context.On.People.RenameAsync(network, mapping, old, nick);
                if (await scope.GetRoleAsync(renamed.Value) is null)
                    return;
                if (mas is null)
                    await scope.IntroduceAgainAsync(renamed.Value);
                await scope.PostAsync(renamed.Value, Category.Info, $"{old} is now known as {nick}");
            });
        }
        if (isOwn && channels.Count == 0)
            await context.TellServerWindowAsync(Category.Info, $"You are now known as {nick}");
    }

    /// <summary>A channel of ours, also one that we have left in part.</summary>
    private static async Task<UserChannel?> OwnAsync(ParserContext context, string name) =>
        context.Connection.Channel(name) ?? await SelfMembership.FindHalfLeftAsync(context, name);

    private static Task TellKickedAsync(ParserContext context, IrcMessage message, string name, string reason) => context.TellServerWindowAsync(
        Category.Kick, $"{message.Source?.Nick ?? context.Connection.Server} put you out of {name}{(reason.Length > 0 ? $": {reason}" : "")}");

    private static Task OtherJoinedAsync(ParserContext context, IrcSource source, UserChannel channel) =>
        context.InChannelAsync(channel.Id, async (scope, ledger) =>
        {
            var nick = context.Connection.Mapping.Fold(source.Nick);
            if (!ledger.IsNewJoin(context.User, nick, context.At))
                return;
            var member = await context.On.People.GetAsync(context.Network, context.Connection.Mapping, source.Nick);
            // After a split they come back in a crowd, and nobody has to be told one by one.
            await scope.EnterAsync(member, isTold: !ledger.Splits.Returns(nick, context.At));
        });

    private static async Task OtherLeftAsync(ParserContext context, string nick, UserChannel channel, string cat, string reason)
    {
        var mapping = context.Connection.Mapping;
        await context.InChannelAsync(channel.Id, async (scope, ledger) =>
        {
            if (!ledger.IsNewLeave(context.User, mapping.Fold(nick), context.At))
                return;
            if (await ChannelMembers.FindAsync(context, channel.Id, nick) is { } member)
                await scope.LeaveAsync(member, member, cat, reason);
        });
    }

    /// <summary>Our channels in which somebody of this nick is.</summary>
    private static async Task<List<(UserChannel Channel, UserId Member)>> ChannelsOfAsync(ParserContext context, string nick)
    {
        var channels = context.Connection.Channels.Values.ToList();
        var there = await Task.WhenAll(channels.Select(channel => ChannelMembers.FindAsync(context, channel.Id, nick)));
        return [.. channels.Zip(there).Where(pair => pair.Second is not null).Select(pair => (pair.First, pair.Second!.Value))];
    }
}
