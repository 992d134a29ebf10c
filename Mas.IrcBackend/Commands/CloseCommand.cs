using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Redis;
using Mas.IrcBackend.Parser;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>CLOSE: leaves a channel, or closes the window of an 1on1, whose history stays.</summary>
internal static class CloseCommand
{
    internal static async Task<Ack> RunAsync(ParserContext context, Target target, string reason)
    {
        if (target.Peer is { } peer)
        {
            context.Connection.OneOnOnes.Remove(peer);
            await context.InAsync(target.Id, scope => context.On.Lifecycle.RemoveAsync(context.User, target.Id, context.FencingToken, scope.Delivery));
            return Ack.Ok;
        }
        if (context.Connection.IsRegistered)
        {
            await context.SendAsync(null, reason.Length > 0 ? IrcLine.WithText(reason, "PART", target.Name) : IrcLine.Of("PART", target.Name));
        }
        await SelfMembership.LeaveAsync(context, new UserChannel(target.Id, target.Name), context.User, Category.Part, reason);
        return Ack.Ok;
    }

    /// <summary>The same when it is delivered again: a parser that died may have taken the window away, and not done the rest.</summary>
    internal static async Task<Ack> AgainAsync(ParserContext context, ConversationId id)
    {
        if (await Target.FindAsync(context, id) is { } target)
            return await RunAsync(context, target, "");
        if (await FindNameAsync(context, id) is { } name && await SelfMembership.FindHalfLeftAsync(context, name) is { } channel && channel.Id == id)
            await SelfMembership.LeaveAsync(context, channel, context.User, Category.Part, "");
        return Ack.Ok;
    }

    /// <summary>
    /// The name of one of the network's channels, from its record; when that has gone already, the name that still leads to it,
    /// which only a look through all names finds. No server says PART of a channel that was closed while we were not connected.
    /// </summary>
    private static async Task<string?> FindNameAsync(ParserContext context, ConversationId id)
    {
        if (await context.On.Conversations.FindAsync(id) is { } conversation)
            return conversation.IsGroup && conversation.Network == context.Network ? conversation.Name : null;
        var start = (string)RedisKeys.GroupField(context.Network, "")!;
        await foreach (var entry in RedisScans.HashAsync(context.On.Redis, RedisKeys.ConversationIndex, CancellationToken.None))
        {
            if (entry.Value == id.Value && ((string)entry.Name!).StartsWith(start, StringComparison.Ordinal))
                return ((string)entry.Name!)[start.Length..];
        }
        return null;
    }
}
