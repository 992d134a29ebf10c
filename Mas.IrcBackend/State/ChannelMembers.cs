using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>
/// Finds and changes the members of channels. A member's status is the mode letters that the member holds, highest first
/// (<c>ircstatuses:</c>); the role that sessions see follows from it.
/// </summary>
internal sealed class ChannelMembers(
    FencingToken fence, RedisConnection redis, Conversations conversations, ConversationWriter writer, ConversationNotifier notifier, EntryPoster poster, IrcUsers ircUsers,
    ChannelHolders holders)
{
    /// <summary>
    /// The member who has this nick, or null. For a redelivered entry also a former member: an earlier delivery may have removed
    /// the member.
    /// </summary>
    internal async Task<UserId?> FindAsync(ParserContext context, ConversationId channel, string nick)
    {
        var mapping = context.Connection.Mapping;
        if (await ircUsers.FindAsync(context.Connection, nick) is { } user && await IsOrWasAsync(user))
            return user;
        // A MAS user whose connection has just ended is in no nick index any more, but still in the channel for the others.
        foreach (var other in await holders.GetAsync(channel))
        {
            if (other != context.User && mapping.Equals(await ircUsers.NickOfAsync(other, context.Network), nick) && await IsOrWasAsync(other))
                return other;
        }
        return null;

        async Task<bool> IsOrWasAsync(UserId who) => context.Redelivered || await conversations.GetRoleAsync(channel, who) is not null;
    }

    /// <summary>The user's channels in which somebody has this nick.</summary>
    internal async Task<List<UserChannel>> FindChannelsAsync(ParserContext context, string nick)
    {
        var channels = context.Connection.Channels.Values.ToList();
        var found = await Task.WhenAll(channels.Select(channel => FindAsync(context, channel.Id, nick)));
        return [.. channels.Where((_, i) => found[i] is not null)];
    }

    /// <summary>The user's role; null for who is no member.</summary>
    internal Task<string?> GetRoleAsync(ConversationScope scope, UserId user) => conversations.GetRoleAsync(scope.Id, user);

    internal async Task<string> GetStatusAsync(ConversationScope scope, UserId user) =>
        (string?)await redis.Database.HashGetAsync(RedisKeys.IrcStatuses(scope.Id), user.Value) ?? "";

    /// <summary>Makes the user a member with this status, or changes the status; sessions are told when the role changes.</summary>
    internal async Task SetAsync(ConversationScope scope, UserId user, string status)
    {
        var role = scope.Context.Connection.Support.Prefixes.Role(status).ToString();
        var before = await GetRoleAsync(scope, user);
        await SetStatusAsync(scope, user, status);
        // An earlier delivery may have written it and died before it told.
        if (before == role && !scope.Context.Redelivered)
            return;
        await writer.SetMemberAsync(scope.Id, user, role);
        await notifier.MembersChangedAsync(scope.Id, new Dictionary<UserId, string> { [user] = role }, scope.Delivery);
        if (before is not null && !user.IsIrc)
            await notifier.RoleChangedAsync(scope.Id, user, role, scope.Delivery);
    }

    /// <summary>
    /// Posts the join line, then adds the member. On redelivery, the line tells whether this entry made the member; sessions are
    /// told again in any case.
    /// </summary>
    internal async Task EnterAsync(ConversationScope scope, UserId user, bool postsLine)
    {
        var role = await GetRoleAsync(scope, user);
        if (role is not null && !scope.Context.Redelivered)
            return;
        if (postsLine && (role is null || await poster.HasPostedAsync(scope)))
            await poster.PostAsync(scope, user, Category.Join, "");
        await SetAsync(scope, user, role is null ? "" : await GetStatusAsync(scope, user));
    }

    /// <summary>
    /// Posts the line, then removes the member. On redelivery, the line tells whether this entry removed the member, which
    /// sessions may not know yet.
    /// </summary>
    internal async Task LeaveAsync(ConversationScope scope, UserId user, UserId author, string cat, string text)
    {
        if (await GetRoleAsync(scope, user) is null && !(scope.Context.Redelivered && await poster.HasPostedAsync(scope)))
            return;
        await poster.PostAsync(scope, author, cat, text);
        await RemoveAsync(scope, user);
    }

    /// <summary>Removes a member and tells.</summary>
    internal async Task RemoveAsync(ConversationScope scope, UserId user)
    {
        await writer.RemoveMemberAsync(scope.Id, user);
        await SetStatusAsync(scope, user, "");
        await notifier.MembersLeftAsync(scope.Id, [user], scope.Delivery);
    }

    /// <summary>Removes many members in few commands and tells.</summary>
    internal async Task RemoveAsync(ConversationScope scope, IReadOnlyList<UserId> users)
    {
        foreach (var chunk in users.Chunk(1000))
        {
            var fields = Array.ConvertAll(chunk, user => (RedisValue)user.Value);
            await fence.ExecuteAsync("HDEL", RedisKeys.ConversationMembers(scope.Id), fields);
            await fence.ExecuteAsync("HDEL", RedisKeys.IrcStatuses(scope.Id), fields);
        }
        await notifier.MembersLeftAsync(scope.Id, users, scope.Delivery);
    }

    /// <summary>Deletes what is kept of the members beside the conversation's own records.</summary>
    internal Task DeleteRecordsAsync(ConversationScope scope) => Task.WhenAll(
        redis.Database.KeyDeleteAsync(RedisKeys.IrcStatuses(scope.Id)),
        redis.Database.KeyDeleteAsync(RedisKeys.IrcNamesReporter(scope.Id)),
        redis.Database.KeyDeleteAsync(RedisKeys.NamesBuffer(scope.Context.User, scope.Id)));

    private Task<RedisResult> SetStatusAsync(ConversationScope scope, UserId user, string status) => status.Length > 0
        ? fence.ExecuteAsync("HSET", RedisKeys.IrcStatuses(scope.Id), user.Value, status)
        : fence.ExecuteAsync("HDEL", RedisKeys.IrcStatuses(scope.Id), user.Value);
}
