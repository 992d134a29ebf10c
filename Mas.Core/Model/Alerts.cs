using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>Alerts that a user has not acknowledged, <c>alerts:&lt;userId&gt;</c>.</summary>
public sealed class Alerts(RedisConnection redis)
{
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>The open alerts, oldest first.</summary>
    public async Task<List<(long Id, string Message)>> GetAsync(UserId user)
    {
        var alerts = new List<(long Id, string Message)>();
        foreach (var entry in await _database.HashGetAllAsync(RedisKeys.Alerts(user)))
        {
            if (entry.Name.TryParseLong(out var id))
                alerts.Add((id, (string?)entry.Value ?? ""));
        }
        alerts.Sort((one, other) => one.Id.CompareTo(other.Id));
        return alerts;
    }

    /// <summary>Keeps an alert until it is acknowledged.</summary>
    /// <returns>Its id (<c>nextGlobalNoteId</c>).</returns>
    public async Task<long> AddAsync(UserId user, string message)
    {
        while (true)
        {
            // Refused only after the counter went back.
            var id = await _database.StringIncrementAsync(RedisKeys.NextNoteId);
            if (await _database.HashSetAsync(RedisKeys.Alerts(user), id, message, When.NotExists))
                return id;
        }
    }

    /// <summary>Drops an alert.</summary>
    /// <returns>Whether it was open.</returns>
    public Task<bool> AcknowledgeAsync(UserId user, long id) => _database.HashDeleteAsync(RedisKeys.Alerts(user), id);
}
