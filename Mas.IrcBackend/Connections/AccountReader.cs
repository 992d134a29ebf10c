using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.IrcBackend.Protocol.Sasl;

namespace Mas.IrcBackend.Connections;

/// <summary>Reads a user's account on a network from <c>networks:</c> and <c>user:</c>.</summary>
internal sealed class AccountReader(RedisConnection redis, CredentialVault vault)
{
    /// <summary>The account; null when the user is gone.</summary>
    internal async Task<IrcAccount?> ReadAsync(UserId user, string network)
    {
        var place = redis.Database.HashGetAsync(RedisKeys.Network(user, network), ["nick", "account"]);
        var record = redis.Database.HashGetAsync(RedisKeys.User(user), ["nick", "name", "inuse"]);
        await Task.WhenAll(place, record);
        if (record.Result[2] != "1")
            return null;
        var nick = Word(place.Result[0].IsNullOrEmpty ? record.Result[0] : place.Result[0]);
        var sasl = vault.Unseal(place.Result[1], user, network) is { } found
            ? new SaslCredentials(found.Mechanism, found.Account, found.Password, found.Key)
            : null;
        // The ident tells a network's operators the users of one MAS apart.
        return new IrcAccount(nick, $"u{user.Value}", record.Result[1].IsNullOrEmpty ? nick : record.Result[1]!, sasl);
    }

    private static string Word(string? nick)
    {
        var word = string.Concat((nick ?? "").Where(character => character > ' '));
        return word.Length > 0 ? word : "mas";
    }
}
