using Mas.Core.Redis;
using Mas.IrcBackend.Protocol;
using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>
/// Finds users by nick: MAS users who are connected to the network (<c>index:currentnick</c>), and people who are on IRC only
/// (<c>index:ircuser</c>, <c>ircuser:</c>).
/// </summary>
internal sealed class IrcUsers(RedisConnection redis)
{
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>The MAS user who has the nick, or null.</summary>
    internal async Task<UserId?> FindMasAsync(UserConnection connection, string nick) =>
        UserId.TryParse(await _database.HashGetAsync(RedisKeys.CurrentNickIndex, RedisKeys.NickField(connection.Network, connection.Mapping.Fold(nick))), out var user) ? user : null;

    /// <summary>The user with the nick, or null for one never seen.</summary>
    internal async Task<UserId?> FindAsync(UserConnection connection, string nick)
    {
        var field = RedisKeys.NickField(connection.Network, connection.Mapping.Fold(nick));
        var mas = _database.HashGetAsync(RedisKeys.CurrentNickIndex, field);
        var irc = _database.HashGetAsync(RedisKeys.IrcUserIndex, field);
        await Task.WhenAll(mas, irc);
        return UserId.TryParse(mas.Result, out var user) || UserId.TryParse(irc.Result, out user) ? user : null;
    }

    /// <summary>The users with the nicks, in their order; null for those never seen.</summary>
    internal async Task<UserId?[]> FindAsync(UserConnection connection, IReadOnlyList<string> nicks)
    {
        var fields = nicks.Select(nick => RedisKeys.NickField(connection.Network, connection.Mapping.Fold(nick))).ToArray();
        var mas = _database.HashGetAsync(RedisKeys.CurrentNickIndex, fields);
        var irc = _database.HashGetAsync(RedisKeys.IrcUserIndex, fields);
        await Task.WhenAll(mas, irc);
        return [.. fields.Select((_, i) => UserId.TryParse(mas.Result[i], out var user) || UserId.TryParse(irc.Result[i], out user) ? user : (UserId?)null)];
    }

    /// <summary>The user with the nick; a new one gets an id.</summary>
    internal async Task<UserId> GetAsync(UserConnection connection, string nick) =>
        (await GetAsync(connection, [nick]))[0];

    /// <summary>The users with the nicks, in their order; new ones get ids.</summary>
    internal async Task<UserId[]> GetAsync(UserConnection connection, IReadOnlyList<string> nicks)
    {
        var found = await FindAsync(connection, nicks);
        return await Task.WhenAll(nicks.Select(async (nick, i) =>
            found[i] ?? await AddAsync(connection.Network, nick, RedisKeys.NickField(connection.Network, connection.Mapping.Fold(nick)))));
    }

    /// <summary>The author of a line: the server for lines from servers or without a source; a new user gets an id.</summary>
    internal async Task<UserId> AuthorOfAsync(UserConnection connection, IrcSource? source) =>
        source is null or { IsServer: true } ? UserId.Server : await GetAsync(connection, source.Nick);

    /// <summary>The nick by which a user is reached on a network, or null when it is not known.</summary>
    internal async Task<string?> NickOfAsync(UserId user, string network)
    {
        if (user.IsIrc)
        {
            var values = await _database.HashGetAsync(RedisKeys.IrcUser(user), ["nick", "network"]);
            return values[1] == network ? (string?)values[0] : null;
        }
        var nick = await _database.HashGetAsync(RedisKeys.Network(user, network), "currentnick");
        return nick.IsNullOrEmpty ? null : (string?)nick;
    }

    /// <summary>
    /// Gives somebody on IRC another nick. Whoever had that nick before and has left keeps an id of their own.
    /// </summary>
    /// <returns>The user.</returns>
    internal async Task<UserId> RenameAsync(UserConnection connection, string old, string nick)
    {
        var from = RedisKeys.NickField(connection.Network, connection.Mapping.Fold(old));
        var to = RedisKeys.NickField(connection.Network, connection.Mapping.Fold(nick));
        if (!UserId.TryParse(await _database.HashGetAsync(RedisKeys.IrcUserIndex, from), out var user))
            return await GetAsync(connection, nick);
        // The record first: an index entry always leads to a record with its nick or an earlier one.
        await _database.HashSetAsync(RedisKeys.IrcUser(user), "nick", nick);
        await _database.HashSetAsync(RedisKeys.IrcUserIndex, to, user.Value);
        if (from != to)
            await _database.HashDeleteAsync(RedisKeys.IrcUserIndex, from);
        return user;
    }

    /// <summary>Records the nick of a connected MAS user and frees the one before.</summary>
    internal async Task TakeNickAsync(UserConnection connection, string old, string nick)
    {
        await _database.HashSetAsync(RedisKeys.Network(connection.User, connection.Network), "currentnick", nick);
        await _database.HashSetAsync(RedisKeys.CurrentNickIndex, RedisKeys.NickField(connection.Network, connection.Mapping.Fold(nick)), connection.User.Value);
        if (old.Length > 0 && !connection.Mapping.Equals(old, nick))
            await LeaveNickAsync(connection, old);
    }

    /// <summary>Frees the nick of a MAS user, unless another user's connection has taken it.</summary>
    internal Task LeaveNickAsync(UserConnection connection, string nick) =>
        _database.RemoveFieldAsync(RedisKeys.CurrentNickIndex, RedisKeys.NickField(connection.Network, connection.Mapping.Fold(nick)), connection.User.Value);

    private async Task<UserId> AddAsync(string network, string nick, RedisValue field)
    {
        var user = UserId.Irc(await _database.NextUnusedAsync(RedisKeys.NextUserId, number => [RedisKeys.IrcUser(UserId.Irc(number))]));
        await _database.HashSetAsync(RedisKeys.IrcUser(user), [new("nick", nick), new("network", network)]);
        if (await _database.HashSetAsync(RedisKeys.IrcUserIndex, field, user.Value, When.NotExists))
            return user;
        // Another connection's line added the same person at the same moment.
        await _database.KeyDeleteAsync(RedisKeys.IrcUser(user));
        return UserId.TryParse(await _database.HashGetAsync(RedisKeys.IrcUserIndex, field), out var other)
            ? other
            : throw new InvalidOperationException($"{RedisKeys.IrcUserIndex} {field} came and went.");
    }
}
