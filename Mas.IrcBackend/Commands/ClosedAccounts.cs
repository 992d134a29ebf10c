using Mas.Core.Protocol;
using Mas.Core.Redis;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Commands;

/// <summary>Removes what a closed account leaves on a network.</summary>
internal sealed class ClosedAccounts(
    RedisConnection redis, IrcUsers ircUsers, PendingJoins pendingJoins, CloseCommand close, Targets targets, OneOnOnes oneOnOnes, ConnectionSender sender)
{
    /// <summary>DESTROY_ACCOUNT: closes a window, ends the connection and deletes the records.</summary>
    internal async Task<Ack> DestroyAsync(ParserContext context, ConversationId? conversation)
    {
        if (conversation is { } id)
        {
            if (context.Redelivered)
                await close.CompleteAsync(context, id);
            else
                await CloseAsync(context, id);
            await oneOnOnes.DeleteIfOrphanedAsync(context, id);
        }
        await sender.DisconnectAsync(context);
        await DeleteRecordsAsync(context);
        return Ack.Ok;
    }

    /// <summary>After the connection has ended: closes windows that its last lines may have opened, and deletes the records.</summary>
    internal async Task CleanUpAsync(ParserContext context)
    {
        var connection = context.Connection;
        foreach (var id in connection.Channels.Values.Select(channel => channel.Id).Concat(connection.OneOnOnes.Values).ToList())
            await CloseAsync(context, id);
        await DeleteRecordsAsync(context);
    }

    private async Task CloseAsync(ParserContext context, ConversationId id)
    {
        if (await targets.FindAsync(context, id) is { } target)
            await close.RunAsync(context, target, "");
    }

    private async Task DeleteRecordsAsync(ParserContext context)
    {
        if (context.Connection.Nick.Length > 0)
            await ircUsers.LeaveNickAsync(context.Connection, context.Connection.Nick);
        await Task.WhenAll(
            redis.Database.KeyDeleteAsync(RedisKeys.Network(context.User, context.Network)),
            redis.Database.KeyDeleteAsync(RedisKeys.IrcConnection(context.User, context.Network)),
            pendingJoins.DeleteAllAsync(context));
    }
}
