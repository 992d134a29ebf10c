using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>A user's settings, <c>settings:&lt;userId&gt;</c>: names and values are the clients'.</summary>
public sealed class Settings(RedisConnection redis)
{
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>All settings.</summary>
    public async Task<Dictionary<string, string>> GetAsync(UserId user) =>
        (await _database.HashGetAllAsync(RedisKeys.Settings(user))).ToDictionary(entry => (string)entry.Name!, entry => (string?)entry.Value ?? "");

    /// <summary>Sets some.</summary>
    public Task SetAsync(UserId user, IEnumerable<KeyValuePair<string, string>> settings) =>
        _database.HashSetAsync(RedisKeys.Settings(user), [.. settings.Select(setting => new HashEntry(setting.Key, setting.Value))]);

    /// <summary>How many there are.</summary>
    public Task<long> CountAsync(UserId user) => _database.HashLengthAsync(RedisKeys.Settings(user));
}
