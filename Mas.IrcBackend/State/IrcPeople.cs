using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.IrcBackend.Protocol;
using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>
/// Who has which nick: a MAS user who is connected there (<c>index:currentnick</c>), or somebody who is only on IRC
/// (<c>index:ircuser</c>, <c>ircuser:</c>).
/// </summary>
internal sealed class IrcPeople(RedisConnection redis)
{
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>The MAS user who has the nick now, or null.</summary>
    internal async Task<UserId?> FindMasAsync(string network, CaseMapping mapping, string nick) =>
        UserId.TryParse(await _database.HashGetAsync(RedisKeys.CurrentNickIndex, RedisKeys.NickField(network, mapping.Fold(nick))), out var user) ? user : null;

    /// <summary>Whoever has the nick, or null for somebody whom we have never met.</summary>
    internal async Task<UserId?> FindAsync(string network, CaseMapping mapping, string nick)
    {
        var field = RedisKeys.NickField(network, mapping.Fold(nick));
        var mas = _database.HashGetAsync(RedisKeys.CurrentNickIndex, field);
        var irc = _database.HashGetAsync(RedisKeys.IrcUserIndex, field);
        await Task.WhenAll(mas, irc);
        return UserId.TryParse(mas.Result, out var user) || UserId.TryParse(irc.Result, out user) ? user : null;
    }

    /// <summary>Whoever have the nicks, in their order; null for those whom we have never met.</summary>
    internal async Task<UserId?[]> FindAsync(string network, CaseMapping mapping, IReadOnlyList<string> nicks)
    {
        var fields = nicks.Select(nick => RedisKeys.NickField(network, mapping.Fold(nick))).ToArray();
        var mas = _database.HashGetAsync(RedisKeys.CurrentNickIndex, fields);
        var irc = _database.HashGetAsync(RedisKeys.IrcUserIndex, fields);
        await Task.WhenAll(mas, irc);
        return [.. fields.Select((_, i) => UserId.TryParse(mas.Result[i], out var user) || UserId.TryParse(irc.Result[i], out user) ? user : (UserId?)null)];
    }

    /// <summary>Whoever has the nick; somebody new gets an id.</summary>
    internal async Task<UserId> GetAsync(string network, CaseMapping mapping, string nick) =>
        (await GetAsync(network, mapping, [nick]))[0];

    /// <summary>Whoever have the nicks, in their order; who is new gets an id.</summary>
    internal async Task<UserId[]> GetAsync(string network, CaseMapping mapping, IReadOnlyList<string> nicks)
    {
        var found = await FindAsync(network, mapping, nicks);
        return await Task.WhenAll(nicks.Select(async (nick, i) =>
            found[i] ?? await IntroduceAsync(network, nick, RedisKeys.NickField(network, mapping.Fold(nick)))));
    }

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
    /// Somebody on IRC has another nick. Whoever had that nick before and has left keeps an id of their own.
    /// </summary>
    /// <returns>Who it is.</returns>
    internal async Task<UserId> RenameAsync(string network, CaseMapping mapping, string old, string nick)
    {
        var from = RedisKeys.NickField(network, mapping.Fold(old));
        var to = RedisKeys.NickField(network, mapping.Fold(nick));
        if (!UserId.TryParse(await _database.HashGetAsync(RedisKeys.IrcUserIndex, from), out var user))
            return await GetAsync(network, mapping, nick);
        // The record first: an entry of the index always leads to one that names its nick or an earlier one.
        await _database.HashSetAsync(RedisKeys.IrcUser(user), "nick", nick);
        await _database.HashSetAsync(RedisKeys.IrcUserIndex, to, user.Value);
        if (from != to)
            await _database.HashDeleteAsync(RedisKeys.IrcUserIndex, from);
        return user;
    }

    /// <summary>Notes the nick of a MAS user who is connected; the one before is free.</summary>
    internal async Task TakeNickAsync(UserId user, string network, CaseMapping mapping, string old, string nick)
    {
        await _database.HashSetAsync(RedisKeys.Network(user, network), "currentnick", nick);
        await _database.HashSetAsync(RedisKeys.CurrentNickIndex, RedisKeys.NickField(network, mapping.Fold(nick)), user.Value);
        if (old.Length > 0 && !mapping.Equals(old, nick))
            await LeaveNickAsync(user, network, mapping, old);
    }

    /// <summary>The MAS user has the nick no longer. Whoever else's connection has got it meanwhile, or gets it at this moment, keeps it.</summary>
    internal Task LeaveNickAsync(UserId user, string network, CaseMapping mapping, string nick) =>
        _database.RemoveFieldAsync(RedisKeys.CurrentNickIndex, RedisKeys.NickField(network, mapping.Fold(nick)), user.Value);

    private async Task<UserId> IntroduceAsync(string network, string nick, RedisValue field)
    {
        var user = UserId.Irc(await _database.NextUnusedAsync(RedisKeys.NextUserId, number => [RedisKeys.IrcUser(UserId.Irc(number))]));
        await _database.HashSetAsync(RedisKeys.IrcUser(user), [new("nick", nick), new("network", network)]);
        if (await _database.HashSetAsync(RedisKeys.IrcUserIndex, field, user.Value, When.NotExists))
            return user;
        // Another connection's lines met the same person at the same moment.
        await _database.KeyDeleteAsync(RedisKeys.IrcUser(user));
        return UserId.TryParse(await _database.HashGetAsync(RedisKeys.IrcUserIndex, field), out var other)
            ? other
            : throw new InvalidOperationException($"{RedisKeys.IrcUserIndex} {field} came and went.");
    }
}
