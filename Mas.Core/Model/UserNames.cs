using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>
/// Who has which email address and nick, <c>index:user</c>, without regard to case. A name is claimed before the record says it, and
/// released behind that. Whoever is to do so may die in between; so each change notes first which names it is about
/// (<c>{index:user}:claims</c>), and a minute later any server frees those of them that lead to somebody who does not have them.
/// </summary>
public sealed class UserNames(RedisConnection redis, TimeProvider time)
{
    /// <summary>How long a change may take before it counts as broken off.</summary>
    private static readonly TimeSpan ChangesLast = TimeSpan.FromMinutes(1);

    private readonly MasterDatabase _database = redis.Database;

    /// <summary>The user with this email or nick; null for none.</summary>
    public async Task<UserId?> FindAsync(string emailOrNick) =>
        UserId.TryParse(await _database.HashGetAsync(RedisKeys.UserIndex, RedisKeys.UserIndexField(emailOrNick)), out var id) ? id : null;

    /// <summary>Begins a change of who has these names.</summary>
    /// <returns>When it began, for <see cref="ThrowIfBrokenOff"/>.</returns>
    public async Task<long> BeginAsync(params string[] names)
    {
        var begun = time.GetTimestamp();
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        await Task.WhenAll(names.Select(name => _database.SortedSetAddAsync(RedisKeys.UserIndexClaims, RedisKeys.UserIndexField(name), now)));
        return begun;
    }

    /// <summary>Claims a name for a user.</summary>
    /// <returns>Whether it is this user's now.</returns>
    public async Task<bool> ClaimAsync(string emailOrNick, UserId id)
    {
        var field = RedisKeys.UserIndexField(emailOrNick);
        return await _database.HashSetAsync(RedisKeys.UserIndex, field, id.Value, When.NotExists)
            || await _database.HashGetAsync(RedisKeys.UserIndex, field) == id.Value;
    }

    /// <summary>Fails when a change takes so long that what it claimed may have been freed; called before the record is written.</summary>
    /// <exception cref="TimeoutException">It has taken too long; it may be asked for again.</exception>
    public void ThrowIfBrokenOff(long begun)
    {
        if (time.GetElapsedTime(begun) > ChangesLast / 2)
            throw new TimeoutException("The change of a name has taken too long.");
    }

    /// <summary>Releases a name, if it is this user's.</summary>
    public Task ReleaseAsync(string emailOrNick, UserId id) =>
        _database.RemoveFieldAsync(RedisKeys.UserIndex, RedisKeys.UserIndexField(emailOrNick), id.Value);

    /// <summary>Looks at names that were to be changed some time ago, and frees those that nobody has.</summary>
    public async Task SettleAsync(int most)
    {
        var before = (time.GetUtcNow() - ChangesLast).ToUnixTimeSeconds();
        foreach (var name in await _database.SortedSetRangeByScoreAsync(RedisKeys.UserIndexClaims, before, most))
        {
            if (await FindAsync(name!) is { } id && !await HasAsync(id, name!))
                await LuaScripts.NameSettle.RunAsync(_database, [RedisKeys.UserIndex, RedisKeys.UserIndexClaims], [name, id.Value, before]);
            else
                await _database.RemoveMemberAsync(RedisKeys.UserIndexClaims, name, before);
        }
    }

    private async Task<bool> HasAsync(UserId id, string name) =>
        (await _database.HashGetAsync(RedisKeys.User(id), ["email", "nick", "openidurl"])).Any(value => !value.IsNull && RedisKeys.UserIndexField(value!) == name);
}
