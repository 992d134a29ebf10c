using Mas.Core.Redis;

namespace Mas.Core.Model;

/// <summary>What ADD_USERS tells of a user.</summary>
/// <param name="Name">The full name.</param>
/// <param name="Nicks">Network to nick.</param>
public sealed record UserCard(string Name, IReadOnlyDictionary<string, string> Nicks);

/// <summary>Reads the cards of MAS users (<c>user:</c>, <c>networks:</c>) and of people on IRC (<c>ircuser:</c>), pipelined.</summary>
public sealed class UserCards(RedisConnection redis, TimeProvider time)
{
    private static readonly UserCard ServerCard = new("Server", new Dictionary<string, string>());
    private static readonly UserCard Gone = new("Unknown", new Dictionary<string, string>());
    private static readonly TimeSpan NetworksAreFreshFor = TimeSpan.FromSeconds(5);

    private readonly MasterDatabase _database = redis.Database;
    private (string[] Names, DateTimeOffset Until) _networks = ([], DateTimeOffset.MinValue);

    /// <summary>The cards of users, in their order; somebody whose record is gone has a card that says so.</summary>
    public async Task<UserCard[]> GetAsync(IReadOnlyList<UserId> users)
    {
        var networks = await GetNetworksAsync();
        return await Task.WhenAll(users.Select(user =>
            user == UserId.Server ? Task.FromResult(ServerCard)
            : user.IsIrc ? GetIrcAsync(user)
            : GetMasAsync(user, networks)));
    }

    private async Task<UserCard> GetMasAsync(UserId user, string[] networks)
    {
        var record = _database.HashGetAsync(RedisKeys.User(user), ["name", "nick"]);
        var nicks = networks.Length == 0
            ? []
            : networks.Select(network => _database.HashGetAsync(RedisKeys.Network(user, network), "currentnick")).ToArray();
        var values = await record;
        if (values[1].IsNull)
            return Gone;
        var byNetwork = new Dictionary<string, string>(1 + nicks.Length) { [Networks.Mas] = values[1]! };
        for (var i = 0; i < nicks.Length; i++)
        {
            if (await nicks[i] is { IsNullOrEmpty: false } nick)
                byNetwork[networks[i]] = nick!;
        }
        return new UserCard((string?)values[0] ?? "", byNetwork);
    }

    private async Task<UserCard> GetIrcAsync(UserId user)
    {
        var values = await _database.HashGetAsync(RedisKeys.IrcUser(user), ["nick", "network"]);
        return values[0].IsNull || values[1].IsNull
            ? Gone
            : new UserCard(values[0]!, new Dictionary<string, string> { [values[1]!] = values[0]! });
    }

    private async Task<string[]> GetNetworksAsync()
    {
        var now = time.GetUtcNow();
        var networks = _networks;
        if (networks.Until > now)
            return networks.Names;
        var names = await _database.SetMembersAsync(RedisKeys.NetworkList);
        _networks = networks = (
            names.Select(name => (string)name!).Where(name => name != Networks.Mas).Order(StringComparer.Ordinal).ToArray(), now + NetworksAreFreshFor);
        return networks.Names;
    }
}
