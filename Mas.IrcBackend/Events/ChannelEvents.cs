using Mas.Core.Model;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.State;

namespace Mas.IrcBackend.Events;

/// <summary>INVITE and RENAME.</summary>
internal sealed class ChannelEvents(IrcUsers ircUsers, ConversationAccess access, EntryPoster poster, RedisConnection redis, FencingToken fence)
{
    /// <summary>INVITE of the user, or (invite-notify) of another.</summary>
    internal async Task InviteAsync(ParserContext context, IrcMessage message)
    {
        var (nick, name) = (message.Parameter(0), message.Parameter(1));
        if (context.Connection.IsMe(nick))
        {
            var inviter = message.Source?.Nick ?? context.Connection.Server;
            context.TellServerWindow(Category.Info, $"{inviter} invites you to {name}. To join, type: /join {name}");
            return;
        }
        if (context.Connection.Channel(name) is not { } channel)
            return;
        await access.InChannelAsync(context, channel.Id, async (scope, dedup) =>
        {
            if (dedup.IsNew(context.User, context.Connection.Mapping.Fold(message.Source?.Nick ?? ""), "INVITE", nick, context.At))
                await poster.PostAsync(scope, await ircUsers.AuthorOfAsync(context.Connection, message.Source), Category.Info, $"invites {nick}");
        });
    }

    /// <summary>RENAME: a channel has another name (draft/channel-rename).</summary>
    internal async Task RenameAsync(ParserContext context, IrcMessage message)
    {
        var (old, name) = (message.Parameter(0), message.Parameter(1));
        if (context.Connection.Channel(old) is not { } channel)
            return;
        var mapping = context.Connection.Mapping;
        await access.InChannelAsync(context, channel.Id, async (scope, dedup) =>
        {
            context.Connection.Channels.Remove(mapping.Fold(old));
            context.Connection.Channels[mapping.Fold(name)] = new UserChannel(channel.Id, name);
            if (!dedup.IsNew(context.User, "", "RENAME", $"{old} {name}", context.At))
                return;
            await redis.Database.HashSetAsync(RedisKeys.ConversationIndex, RedisKeys.GroupField(context.Network, mapping.Fold(name)), channel.Id.Value);
            await fence.ExecuteAsync("HSET", RedisKeys.Conversation(channel.Id), "name", name);
            if (!mapping.Equals(old, name))
                await redis.Database.HashDeleteAsync(RedisKeys.ConversationIndex, RedisKeys.GroupField(context.Network, mapping.Fold(old)));
            await poster.PostAsync(scope, await ircUsers.AuthorOfAsync(context.Connection, message.Source), Category.Info, $"renamed the channel from {old} to {name}");
        });
    }
}
