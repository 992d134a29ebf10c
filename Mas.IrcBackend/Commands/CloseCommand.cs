using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>CLOSE: leaves a channel, or closes the window of a 1on1, whose history stays.</summary>
internal sealed class CloseCommand(
    Targets targets, SelfLeave selfLeave, ConversationAccess access, WindowLifecycle lifecycle, FencingToken fence, ConnectionSender sender,
    Conversations conversations, RedisConnection redis)
{
    internal async Task<Ack> RunAsync(ParserContext context, Target target, string reason)
    {
        if (target.Peer is { } peer)
        {
            context.Connection.OneOnOnes.Remove(peer);
            await access.InAsync(context, target.Id, scope => lifecycle.RemoveAsync(context.User, target.Id, fence, scope.Delivery));
            return Ack.Ok;
        }
        if (context.Connection.IsRegistered)
            await sender.SendAsync(context, null, reason.Length > 0 ? IrcLine.WithText(reason, "PART", target.Name) : IrcLine.Of("PART", target.Name));
        await selfLeave.RunAsync(context, new UserChannel(target.Id, target.Name), context.User, Category.Part, reason);
        return Ack.Ok;
    }

    /// <summary>Completes a redelivered CLOSE: a parser that died may have removed the window and not done the rest.</summary>
    internal async Task<Ack> CompleteAsync(ParserContext context, ConversationId id)
    {
        if (await targets.FindAsync(context, id) is { } target)
            return await RunAsync(context, target, "");
        if (await FindNameAsync(context, id) is { } name && await selfLeave.FindHalfLeftAsync(context, name) is { } channel && channel.Id == id)
            await selfLeave.RunAsync(context, channel, context.User, Category.Part, "");
        return Ack.Ok;
    }

    /// <summary>
    /// The name of a channel, from its record. Without a record, from the index entry that still leads to it, which only a scan
    /// finds: no server sends PART for a channel that was closed while the user was not connected.
    /// </summary>
    private async Task<string?> FindNameAsync(ParserContext context, ConversationId id)
    {
        if (await conversations.FindAsync(id) is { } conversation)
            return conversation.IsGroup && conversation.Network == context.Network ? conversation.Name : null;
        var prefix = (string)RedisKeys.GroupField(context.Network, "")!;
        await foreach (var entry in RedisScans.HashAsync(redis, RedisKeys.ConversationIndex, CancellationToken.None))
        {
            if (entry.Value == id.Value && (string)entry.Name! is var field && field.StartsWith(prefix, StringComparison.Ordinal))
                return field[prefix.Length..];
        }
        return null;
    }
}
