using System.Collections.Concurrent;
using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.IrcBackend.Protocol;
using Mas.IrcBackend.Protocol.Session;
using StackExchange.Redis;

namespace Mas.IrcBackend.State;

/// <summary>The parser's records of users' connections: <c>ircconnection:&lt;userId&gt;:&lt;network&gt;</c>, cached.</summary>
internal sealed class UserConnections(RedisConnection redis, Conversations conversations, UserWindows windows)
{
    private readonly ConcurrentDictionary<string, UserConnection> _known = new(StringComparer.Ordinal);
    private readonly MasterDatabase _database = redis.Database;

    /// <summary>The record, from the cache or Redis.</summary>
    internal async Task<UserConnection> GetAsync(UserId user, string network)
    {
        var name = Name(user, network);
        if (_known.TryGetValue(name, out var known))
            return known;
        var connection = new UserConnection(user, network);
        var fields = _database.HashGetAsync(RedisKeys.IrcConnection(user, network), ["generation", "registered", "nick", "userhost", "server", "caps", "isupport", "done"]);
        var channels = ReadChannelsAsync(user, network);
        await Task.WhenAll(fields, channels);
        var values = fields.Result;
        connection.Generation = (long?)values[0] ?? 0;
        connection.IsRegistered = values[1] == "1";
        connection.Nick = (string?)values[2] ?? "";
        connection.UserHost = values[3].IsNullOrEmpty ? null : (string?)values[3];
        connection.Server = (string?)values[4] ?? "";
        connection.Capabilities = ReadCapabilities(values[5]);
        connection.Support = ReadSupport(((string?)values[6] ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries));
        connection.Executed = ExecutedCommands.Of(values[7]);
        foreach (var channel in channels.Result)
            connection.Channels[connection.Mapping.Fold(channel.Name)] = channel;
        return _known[name] = connection;
    }

    /// <summary>Makes the next access read the record again, after a failure that may have left it changed in part.</summary>
    internal void Forget(UserId user, string network) => _known.TryRemove(Name(user, network), out _);

    /// <summary>Takes over and saves what the server has said of itself.</summary>
    internal async Task RegisterAsync(UserConnection connection, RegistrationSummary summary)
    {
        connection.Nick = summary.Nick;
        connection.Server = summary.Server;
        connection.Capabilities = summary.Capabilities;
        connection.Support = ReadSupport(summary.ISupportLines);
        var channels = connection.Channels.Values.ToList();
        connection.Channels.Clear();
        foreach (var channel in channels)
            connection.Channels[connection.Mapping.Fold(channel.Name)] = channel;
        await _database.HashSetAsync(RedisKeys.IrcConnection(connection.User, connection.Network),
        [
            new("generation", connection.Generation), new("registered", connection.IsRegistered ? "1" : "0"), new("nick", summary.Nick),
            new("server", summary.Server), new("isupport", string.Join('\n', summary.ISupportLines)),
            new("caps", string.Join('\n', summary.Capabilities.Select(capability => $"{capability.Key}={capability.Value}"))),
        ]);
    }

    /// <summary>Saves one field.</summary>
    internal Task SetAsync(UserConnection connection, string field, RedisValue value) =>
        _database.HashSetAsync(RedisKeys.IrcConnection(connection.User, connection.Network), field, value);

    /// <summary>Begins the record of a new connection.</summary>
    internal async Task BeginAsync(UserConnection connection, long generation)
    {
        connection.Begin(generation);
        await _database.HashSetAsync(RedisKeys.IrcConnection(connection.User, connection.Network),
            [new("generation", generation), new("registered", "0"), new("userhost", "")]);
    }

    private async Task<List<UserChannel>> ReadChannelsAsync(UserId user, string network)
    {
        var channels = new List<UserChannel>();
        var ids = await windows.GetIdsAsync(user);
        foreach (var id in (await Task.WhenAll(ids.Select(window => windows.FindConversationAsync(user, window)))).OfType<ConversationId>())
        {
            if (await conversations.FindAsync(id) is { IsGroup: true } conversation && conversation.Network == network)
                channels.Add(new UserChannel(id, conversation.Name));
        }
        return channels;
    }

    private static ISupport ReadSupport(IEnumerable<string> lines)
    {
        var support = new ISupport();
        foreach (var line in lines)
        {
            if (IrcMessage.TryParse(line, out var message))
                support.Apply(message.Parameters);
        }
        return support;
    }

    private static Dictionary<string, string> ReadCapabilities(string? text)
    {
        var capabilities = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = line.IndexOf('=');
            capabilities[equals < 0 ? line : line[..equals]] = equals < 0 ? "" : line[(equals + 1)..];
        }
        return capabilities;
    }

    private static string Name(UserId user, string network) => $"{user.Value}:{network}";
}
