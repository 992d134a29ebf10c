using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Model;

/// <summary>What a user may see and change of the own record.</summary>
/// <param name="Name">The full name.</param>
/// <param name="Email">The email address.</param>
/// <param name="Nick">The nick on the MAS network.</param>
public sealed record Profile(string Name, string Email, string Nick);

/// <summary>A stored password: PBKDF2-SHA512.</summary>
/// <param name="Hash"><c>passwd</c>: <c>pbkdf2-sha512$&lt;rounds&gt;$&lt;base64&gt;</c>.</param>
/// <param name="Salt"><c>salt</c>: base64.</param>
public sealed record StoredPassword(string Hash, string Salt);

/// <summary>Users of this MAS: <c>user:&lt;userId&gt;</c>; their names are <see cref="UserNames"/>'.</summary>
public sealed class Users(RedisConnection redis, UserNames names, TimeProvider time)
{
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>
    /// Makes a user. Email and nick are claimed in the index first, so of two who register at the same instant one wins;
    /// the record is written before a login can lead to it.
    /// </summary>
    /// <returns>The new id, or which of <c>email</c> and <c>nick</c> is taken.</returns>
    public async Task<(UserId Id, string? TakenField)> CreateAsync(Profile profile, StoredPassword password, string ip, int maxWindows)
    {
        while (true)
        {
            var id = UserId.Mas(await _database.NextUnusedAsync(RedisKeys.NextUserId, number => [RedisKeys.User(UserId.Mas(number))]));
            var begun = await names.BeginAsync(profile.Email, profile.Nick);
            if (!await names.ClaimAsync(profile.Email, id))
                return (default, "email");
            if (!await names.ClaimAsync(profile.Nick, id))
            {
                await names.ReleaseAsync(profile.Email, id);
                return (default, "nick");
            }
            names.ThrowIfBrokenOff(begun);
            if (await _database.CreateHashAsync(RedisKeys.User(id), NewRecord(profile, password, ip, maxWindows)))
                return (id, null);
            // The counter went back, and somebody else was given the same id at the same moment.
            await names.ReleaseAsync(profile.Email, id);
            await names.ReleaseAsync(profile.Nick, id);
        }
    }

    /// <summary>The user with this email or nick, without regard to case; null for none.</summary>
    public Task<UserId?> FindAsync(string emailOrNick) => names.FindAsync(emailOrNick);

    /// <summary>Whether the account is there and not closed.</summary>
    public async Task<bool> IsInUseAsync(UserId id) => await _database.HashGetAsync(RedisKeys.User(id), "inuse") == "1";

    /// <summary>Whether the user has closed the account; of one that an operator has disabled the password is still there.</summary>
    public async Task<bool> IsClosedAsync(UserId id)
    {
        var values = await _database.HashGetAsync(RedisKeys.User(id), ["inuse", "passwd"]);
        return values[0] == "0" && values[1].IsNullOrEmpty;
    }

    /// <summary>The stored password; null when there is no such user, or the account is closed.</summary>
    public async Task<StoredPassword?> GetPasswordAsync(UserId id)
    {
        var values = await _database.HashGetAsync(RedisKeys.User(id), ["inuse", "passwd", "salt"]);
        return values[0] == "1" && !values[1].IsNullOrEmpty ? new StoredPassword(values[1]!, values[2]!) : null;
    }

    /// <summary>Stores a new password.</summary>
    /// <returns>False when the account is closed, or disabled, by now: who has no password any more gets none.</returns>
    public Task<bool> SetPasswordAsync(UserId id, StoredPassword password) =>
        _database.ChangeHashAsync(RedisKeys.User(id), new("inuse", "1"), [new("passwd", password.Hash), new("salt", password.Salt)]);

    /// <summary>The user's own view of the record; null when there is none.</summary>
    public async Task<Profile?> GetProfileAsync(UserId id)
    {
        var values = await _database.HashGetAsync(RedisKeys.User(id), ["name", "email", "nick"]);
        return values[2].IsNull ? null : new Profile((string?)values[0] ?? "", (string?)values[1] ?? "", values[2]!);
    }

    /// <summary>
    /// Changes name, email and nick: new index entries first, then the record, then the old entries. What is the same in both is
    /// left alone, since another session may be changing it.
    /// </summary>
    /// <param name="id">Whose.</param>
    /// <param name="old">What the record says; something of it differs from <paramref name="changed"/>.</param>
    /// <param name="changed">What it is to say.</param>
    /// <returns>Which of <c>email</c> and <c>nick</c> is taken; null when done.</returns>
    public async Task<string?> UpdateProfileAsync(UserId id, Profile old, Profile changed)
    {
        var fields = new List<HashEntry>();
        var begun = await names.BeginAsync([.. Changing(old.Email, changed.Email), .. Changing(old.Nick, changed.Nick)]);
        if (changed.Name != old.Name)
            fields.Add(new("name", changed.Name));
        if (changed.Email != old.Email)
        {
            if (!await names.ClaimAsync(changed.Email, id))
                return "email";
            fields.Add(new("email", changed.Email));
        }
        if (changed.Nick != old.Nick)
        {
            if (!await names.ClaimAsync(changed.Nick, id))
            {
                if (!Same(old.Email, changed.Email))
                    await names.ReleaseAsync(changed.Email, id);
                return "nick";
            }
            fields.Add(new("nick", changed.Nick));
        }
        names.ThrowIfBrokenOff(begun);
        await _database.HashSetAsync(RedisKeys.User(id), [.. fields]);
        if (!Same(old.Email, changed.Email))
            await names.ReleaseAsync(old.Email, id);
        if (!Same(old.Nick, changed.Nick))
            await names.ReleaseAsync(old.Nick, id);
        return null;
    }

    /// <summary>Notes from where the user came last.</summary>
    public Task SetLastIpAsync(UserId id, string ip) => _database.HashSetAsync(RedisKeys.User(id), "lastip", ip);

    /// <summary>How many windows the user may have.</summary>
    public async Task<int> GetMaxWindowsAsync(UserId id) =>
        (int)(await _database.HashGetAsync(RedisKeys.User(id), "maxwindows")).LongOr(0);

    /// <summary>
    /// Closes an account: no way leads in any more, and the personal data is gone; the record stays, since others'
    /// histories name its userId.
    /// </summary>
    public async Task CloseAsync(UserId id)
    {
        var profile = await GetProfileAsync(id);
        await _database.HashSetAsync(RedisKeys.User(id),
        [
            new("inuse", "0"), new("passwd", ""), new("salt", ""), new("secret", ""), new("secretExpires", 0),
        ]);
        await _database.KeyDeleteAsync(RedisKeys.Logins(id));
        if (profile is not null)
        {
            await names.ReleaseAsync(profile.Email, id);
            await names.ReleaseAsync(profile.Nick, id);
        }
        await _database.HashSetAsync(RedisKeys.User(id),
            [new("name", "Closed account"), new("email", ""), new("nick", $"closed-{id.Value}"), new("lastip", "")]);
        await Task.WhenAll(
            _database.KeyDeleteAsync(RedisKeys.Settings(id)),
            _database.KeyDeleteAsync(RedisKeys.Alerts(id)),
            _database.KeyDeleteAsync(RedisKeys.FriendRequests(id)),
            _database.KeyDeleteAsync(RedisKeys.UserPermissions(id)));
    }

    private static string[] Changing(string old, string changed) => changed == old ? [] : [old, changed];

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private HashEntry[] NewRecord(Profile profile, StoredPassword password, string ip, int maxWindows) =>
    [
        new("name", profile.Name), new("email", profile.Email), new("inuse", "1"), new("lastlogout", -1),
        new("passwd", password.Hash), new("salt", password.Salt), new("nick", profile.Nick),
        new("secret", ""), new("secretExpires", 0), new("lastip", ip), new("ads", 0), new("maxwindows", maxWindows),
        new("openidurl", ""), new("registrationtime", time.GetUtcNow().ToUnixTimeSeconds()), new("nextwindowid", 0),
    ];
}
