using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>
/// A user's logins. <c>secret</c> and <c>secretExpires</c> of <c>user:&lt;userId&gt;</c> hold the newest one's digest, so that
/// other programs may set or clear it; <c>logins:&lt;userId&gt;</c> holds all of them, so that a login on one device does not end
/// another's. Tokens themselves are never in Redis.
/// </summary>
public sealed class Logins(RedisConnection redis, TimeProvider time)
{
    private const int MaxLogins = 32;
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>Begins a login.</summary>
    /// <returns>The token for the client, and when it ends (unix seconds).</returns>
    public async Task<(string Token, long Expires)> BeginAsync(UserId user, TimeSpan lasts)
    {
        var token = Secrets.NewToken();
        var digest = Secrets.Digest(token);
        var now = time.GetUtcNow();
        var expires = (now + lasts).ToUnixTimeSeconds();
        var key = RedisKeys.Logins(user);
        await Task.WhenAll(
            _database.SortedSetAddAsync(key, digest, expires),
            _database.SortedSetRemoveRangeByScoreAsync(key, double.NegativeInfinity, now.ToUnixTimeSeconds()),
            _database.SortedSetRemoveRangeByRankAsync(key, 0, -MaxLogins - 1),
            _database.KeyExpireAsync(key, lasts),
            _database.HashSetAsync(RedisKeys.User(user), [new("secret", digest), new("secretExpires", expires)]));
        return (token, expires);
    }

    /// <summary>Whether the token is one of the user's logins now.</summary>
    /// <returns>The login's digest, or null.</returns>
    public async Task<string?> FindAsync(UserId user, string token)
    {
        var digest = Secrets.Digest(token);
        return await IsLiveAsync(user, digest) ? digest : null;
    }

    /// <summary>Whether a digest is one of the user's logins now, and the account is not closed.</summary>
    public async Task<bool> IsLiveAsync(UserId user, string digest)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var record = _database.HashGetAsync(RedisKeys.User(user), ["inuse", "secret", "secretExpires"]);
        var score = _database.SortedSetScoreAsync(RedisKeys.Logins(user), digest);
        await Task.WhenAll(record, score);
        var values = record.Result;
        if (values[0] != "1")
            return false;
        var newest = Secrets.SameDigest(digest, (string?)values[1] ?? "") && values[2].LongOr(0) > now;
        return newest || score.Result > now;
    }

    /// <summary>Ends one login.</summary>
    public async Task EndAsync(UserId user, string digest)
    {
        await _database.SortedSetRemoveAsync(RedisKeys.Logins(user), digest);
        if (await _database.HashGetAsync(RedisKeys.User(user), "secret") == digest)
            await ClearNewestAsync(user);
    }

    /// <summary>Ends all logins.</summary>
    public Task EndAllAsync(UserId user) => Task.WhenAll(_database.KeyDeleteAsync(RedisKeys.Logins(user)), ClearNewestAsync(user));

    /// <summary>Makes a one-use ticket for a login.</summary>
    public async Task<string> IssueTicketAsync(UserId user, string digest, TimeSpan lasts)
    {
        var ticket = Secrets.NewToken();
        await _database.StringSetAsync(RedisKeys.Ticket(Secrets.Digest(ticket)), $"{user.Value}:{digest}", lasts);
        return ticket;
    }

    /// <summary>Uses a ticket up.</summary>
    /// <returns>The user and the login's digest, or null when it is unknown, used, too old, or its login has ended.</returns>
    public async Task<(UserId User, string Digest)?> RedeemTicketAsync(string ticket)
    {
        var value = (string?)(RedisValue)await _database.ExecuteAsync("GETDEL", RedisKeys.Ticket(Secrets.Digest(ticket)));
        return value?.Split(':') is [var id, var digest] && UserId.TryParse(id, out var user) && await IsLiveAsync(user, digest)
            ? (user, digest)
            : null;
    }

    /// <summary>Makes a token with which a user may set a new password.</summary>
    public async Task<string> IssuePasswordResetAsync(UserId user, TimeSpan lasts)
    {
        var token = Secrets.NewToken();
        await _database.StringSetAsync(RedisKeys.PasswordResetToken(token), user.Value, lasts);
        return token;
    }

    /// <summary>Uses a password reset token up.</summary>
    /// <returns>Whose it is, or null when it is unknown, used or too old.</returns>
    public async Task<UserId?> RedeemPasswordResetAsync(string token) =>
        UserId.TryParse((string?)(RedisValue)await _database.ExecuteAsync("GETDEL", RedisKeys.PasswordResetToken(token)), out var user) ? user : null;

    private Task ClearNewestAsync(UserId user) =>
        _database.HashSetAsync(RedisKeys.User(user), [new("secret", ""), new("secretExpires", 0)]);
}
