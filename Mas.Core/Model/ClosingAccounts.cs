using Mas.Core.Redis;

namespace Mas.Core.Model;

/// <summary>
/// Accounts that were closed a moment ago, <c>accountsclosing</c>. Whoever closes one may die in between, and what other sessions of
/// the user had asked for may be written behind it: so it is taken apart once more when nothing of that time is under way any more.
/// </summary>
public sealed class ClosingAccounts(RedisConnection redis, TimeProvider time)
{
    /// <summary>Longer than any request of the user's is under way.</summary>
    private static readonly TimeSpan RequestsLast = TimeSpan.FromMinutes(1);

    private readonly MasterDatabase _database = redis.Database;

    /// <summary>Notes one, before anything of it is taken apart.</summary>
    public Task NoteAsync(UserId user) => _database.SortedSetAddAsync(RedisKeys.AccountsClosing, user.Value, time.GetUtcNow().ToUnixTimeSeconds());

    /// <summary>Those that are to be taken apart once more.</summary>
    public async Task<UserId[]> GetDueAsync(int most)
    {
        var due = new List<UserId>();
        foreach (var member in await _database.SortedSetRangeByScoreAsync(RedisKeys.AccountsClosing, Before, most))
        {
            if (UserId.TryParse(member, out var user))
                due.Add(user);
        }
        return [.. due];
    }

    /// <summary>It has been taken apart once more.</summary>
    public Task SettleAsync(UserId user) => _database.RemoveMemberAsync(RedisKeys.AccountsClosing, user.Value, Before);

    private long Before => (time.GetUtcNow() - RequestsLast).ToUnixTimeSeconds();
}
