using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>Friendships (<c>friends:</c>) and open requests (<c>friendrequests:</c>, of those who ask).</summary>
public sealed class Friends(RedisConnection redis)
{
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>The user's friends.</summary>
    public Task<UserId[]> GetAsync(UserId user) => GetSetAsync(RedisKeys.Friends(user));

    /// <summary>Who asks the user to be friends.</summary>
    public Task<UserId[]> GetRequestsAsync(UserId user) => GetSetAsync(RedisKeys.FriendRequests(user));

    /// <summary>Whether two users are friends, each of the other.</summary>
    public async Task<bool> AreFriendsAsync(UserId user, UserId other) => !(await SidesAsync(user, other)).Contains(false);

    /// <summary>Whether one of two users at least has the other as a friend: a change that was broken off may have left one side.</summary>
    public async Task<bool> IsOneFriendAsync(UserId user, UserId other) => (await SidesAsync(user, other)).Contains(true);

    /// <summary>The presence of users.</summary>
    public async Task<FriendState[]> GetStatesAsync(IReadOnlyList<UserId> users)
    {
        var values = await Task.WhenAll(users.Select(user => _database.HashGetAsync(RedisKeys.User(user), "lastlogout")));
        return [.. users.Select((user, i) => new FriendState(user, values[i].LongOr(-1) == 0, values[i].LongOr(-1)))];
    }

    /// <summary>Notes that one user asks another; when the other asks too, they become friends.</summary>
    /// <returns>Whether they are friends now.</returns>
    public async Task<bool> RequestAsync(UserId asks, UserId asked)
    {
        if (await _database.SetContainsAsync(RedisKeys.FriendRequests(asks), asked.Value))
        {
            await AcceptAsync(asks, asked);
            return true;
        }
        await _database.SetAddAsync(RedisKeys.FriendRequests(asked), asks.Value);
        return false;
    }

    /// <summary>Whether a request is open.</summary>
    public Task<bool> HasRequestAsync(UserId asked, UserId asks) => _database.SetContainsAsync(RedisKeys.FriendRequests(asked), asks.Value);

    /// <summary>Makes two users friends; the request goes last, so a crash in between can be answered again.</summary>
    public async Task AcceptAsync(UserId asked, UserId asks)
    {
        await Task.WhenAll(
            _database.SetAddAsync(RedisKeys.Friends(asked), asks.Value),
            _database.SetAddAsync(RedisKeys.Friends(asks), asked.Value));
        await Task.WhenAll(RefuseAsync(asked, asks), RefuseAsync(asks, asked));
    }

    /// <summary>Drops a request.</summary>
    public Task RefuseAsync(UserId asked, UserId asks) => _database.SetRemoveAsync(RedisKeys.FriendRequests(asked), asks.Value);

    /// <summary>Takes somebody out of a user's friends, and drops what either asks the other. The other one's side stays.</summary>
    public Task RemoveAsync(UserId user, UserId friend) => Task.WhenAll(
        _database.SetRemoveAsync(RedisKeys.Friends(user), friend.Value), RefuseAsync(user, friend), RefuseAsync(friend, user));

    private Task<bool[]> SidesAsync(UserId one, UserId other) => Task.WhenAll(
        _database.SetContainsAsync(RedisKeys.Friends(one), other.Value), _database.SetContainsAsync(RedisKeys.Friends(other), one.Value));

    private async Task<UserId[]> GetSetAsync(RedisKey key)
    {
        var users = new List<UserId>();
        foreach (var member in await _database.SetMembersAsync(key))
        {
            if (UserId.TryParse(member, out var user))
                users.Add(user);
        }
        return [.. users];
    }
}

/// <summary>A friend's presence.</summary>
/// <param name="UserId">The friend.</param>
/// <param name="Online">Whether there is a session now.</param>
/// <param name="Last">When the last session ended, unix seconds; −1 never.</param>
public sealed record FriendState(UserId UserId, bool Online, long Last);
