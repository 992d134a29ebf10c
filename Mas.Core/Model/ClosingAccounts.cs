using Mas.Core.Redis;

namespace Mas.Core.Model;

/// <summary>
/// Accounts that were closed recently, <c>accountsclosing</c>. Their data is deleted once more after a minute: the first deletion
/// may have been cut off, and requests that were in flight may have written after it.
/// </summary>
public sealed class ClosingAccounts(RedisConnection redis, TimeProvider time)
{
    /// <summary>Longer than any request of the user is in flight.</summary>
    private static readonly TimeSpan RequestsLast = TimeSpan.FromMinutes(1);

    private readonly MasterDatabase _database = redis.Database;

    /// <summary>Records an account, before anything of it is deleted.</summary>
    public Task NoteAsync(UserId user) => _database.SortedSetAddAsync(RedisKeys.AccountsClosing, user.Value, time.GetUtcNow().ToUnixTimeSeconds());

    /// <summary>The accounts whose data is due to be deleted once more.</summary>
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

    /// <summary>The second deletion is done.</summary>
    public Task SettleAsync(UserId user) => _database.RemoveMemberAsync(RedisKeys.AccountsClosing, user.Value, Before);

    private long Before => (time.GetUtcNow() - RequestsLast).ToUnixTimeSeconds();
}
