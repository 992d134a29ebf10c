using Mas.Core.Redis;

namespace Mas.Core.Model;

/// <summary>Which IRC networks a user uses: of each there is a <c>networks:&lt;userId&gt;:&lt;network&gt;</c>.</summary>
public sealed class UserNetworks(RedisConnection redis)
{
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>Of the networks that are configured, those of which something is kept for the user.</summary>
    public async Task<string[]> GetAsync(UserId user)
    {
        var names = (await _database.SetMembersAsync(RedisKeys.NetworkList)).Select(name => (string)name!).Where(name => name != Networks.Mas).ToArray();
        var used = await Task.WhenAll(names.Select(name => _database.KeyExistsAsync(RedisKeys.Network(user, name))));
        return [.. names.Where((_, i) => used[i])];
    }
}
