using Mas.Core.Json;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>Replaces the members of a channel by a complete list of names.</summary>
internal sealed class MemberReset(FencingToken fence, Conversations conversations)
{
    /// <summary>Writes what differs and sends every session the list.</summary>
    /// <param name="scope">The channel.</param>
    /// <param name="statuses">The members with their mode letters.</param>
    internal async Task RunAsync(ConversationScope scope, IReadOnlyDictionary<UserId, string> statuses)
    {
        var prefixes = scope.Context.Connection.Support.Prefixes;
        var roles = statuses.ToDictionary(member => member.Key, member => prefixes.Role(member.Value).ToString());
        var before = await conversations.GetMembersAsync(scope.Id);
        await SetAsync(RedisKeys.ConversationMembers(scope.Id), roles.Where(member => before.GetValueOrDefault(member.Key) != member.Value));
        foreach (var chunk in before.Keys.Where(user => !roles.ContainsKey(user)).Chunk(1000))
            await fence.ExecuteAsync("HDEL", RedisKeys.ConversationMembers(scope.Id), [.. chunk.Select(user => (RedisValue)user.Value)]);
        await fence.ExecuteAsync("DEL", RedisKeys.IrcStatuses(scope.Id));
        await SetAsync(RedisKeys.IrcStatuses(scope.Id), statuses.Where(member => member.Value.Length > 0));
        await TellAsync(scope, roles, before);
    }

    private async Task SetAsync(RedisKey key, IEnumerable<KeyValuePair<UserId, string>> fields)
    {
        foreach (var chunk in fields.Chunk(1000))
            await fence.ExecuteAsync("HSET", key, [.. chunk.SelectMany(field => new RedisValue[] { field.Key.Value, field.Value })]);
    }

    private async Task TellAsync(ConversationScope scope, Dictionary<UserId, string> roles, IReadOnlyDictionary<UserId, string> before)
    {
        var rest = Notifications.UpdateMembersRest(reset: true, roles);
        foreach (var live in await conversations.GetLiveSessionsAsync(scope.Id))
        {
            foreach (var user in roles.Keys)
                scope.Delivery.Mention(live.Session, user);
            scope.Delivery.Add(live.Session, WireJson.Splice(Notifications.UpdateMembersHead, live.WindowId, rest));
            if (roles.TryGetValue(live.Session.UserId, out var role) && before.GetValueOrDefault(live.Session.UserId) != role)
                scope.Delivery.Add(live.Session, Notifications.UpdateWindow(live.WindowId, new WindowChanges { Role = role }));
        }
    }
}
