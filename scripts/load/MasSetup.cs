using System.Collections.Concurrent;
using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Tests.Client;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Load;

/// <summary>
/// Creates users, groups and one-on-ones for a run. Users are created over HTTP; memberships by the inbox entries that a server sends,
/// which is quick, since nobody is online yet.
/// </summary>
internal sealed class MasSetup : IAsyncDisposable
{
    private readonly MasSystem _mas;
    private readonly RedisConnection _redis;
    private readonly InboxProducer _producer;

    /// <summary>How many windows each user will have, by userId.</summary>
    private readonly Dictionary<string, int> _windows = [];

    private MasSetup(MasSystem mas, RedisConnection redis, IReadOnlyList<MasLogin> users)
    {
        _mas = mas;
        _redis = redis;
        _producer = new InboxProducer(redis, TimeProvider.System);
        Users = users;
    }

    public IReadOnlyList<MasLogin> Users { get; }

    public static async Task<MasSetup> CreateAsync(MasSystem mas, int users)
    {
        var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = mas.Redis.Endpoint }, NullLogger.Instance, CancellationToken.None);
        var logins = new ConcurrentDictionary<int, MasLogin>();
        using var http = new MasHttp(mas.Address);
        await Parallel.ForEachAsync(Enumerable.Range(0, users), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
            logins[i] = await http.RegisterAndLoginAsync($"load{i}"));
        return new MasSetup(mas, redis, [.. Enumerable.Range(0, users).Select(i => logins[i])]);
    }

    public async Task GroupAsync(string name, IReadOnlyList<MasLogin> members)
    {
        await SendAsync(new CreateGroup(OriginOf(members[0]), name, ""));
        ConversationId? id = null;
        var conversations = new Conversations(_redis);
        await Eventually.HoldsAsync(async () => (id = await conversations.FindGroupAsync(Networks.Mas, name)) is not null, $"the group {name}");
        await Task.WhenAll(members.Skip(1).Select(member =>
            SendAsync(new JoinGroup(OriginOf(member), id!.Value.Value, name, "", Initial: true))));
        ExpectWindows(members);
    }

    public async Task PairAsync(MasLogin one, MasLogin other)
    {
        await SendAsync(new OpenChat(OriginOf(one), 0, other.UserId));
        await SendAsync(new OpenChat(OriginOf(other), 0, one.UserId));
        ExpectWindows([one, other]);
    }

    /// <summary>Waits until the worker has made all windows.</summary>
    public Task SettleAsync() => Eventually.HoldsAsync(
        async () => (await Task.WhenAll(_windows.Select(async user => await _redis.Database.SetLengthAsync($"windowlist:{user.Key}") >= user.Value))).All(done => done)
            && await _redis.Database.ListLengthAsync(RedisKeys.Inbox(Endpoints.Loopback)) == 0,
        "the worker has made all memberships",
        TimeSpan.FromMinutes(5));

    private void ExpectWindows(IReadOnlyList<MasLogin> users)
    {
        foreach (var user in users)
            _windows[user.UserId] = _windows.GetValueOrDefault(user.UserId) + 1;
    }

    public PlannedClient Plan(MasLogin user, int index, int windowId, bool isSender, string cached = "")
    {
        var address = _mas.Addresses[index % _mas.Addresses.Count];
        var hello = $$"""{"type":"INIT","reqId":0,"version":"1.0","userId":"{{user.UserId}}","secret":"{{user.Secret}}"{{cached}}}""";
        return new PlannedClient($"ws://{address.Authority}/ws", hello, "", isSender, windowId);
    }

    private Task SendAsync(BackendMessage message) => _producer.SendAsync(Endpoints.Loopback, message.OrderingKey, message.ToJson());

    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    private static Origin OriginOf(MasLogin user) => new(Rids.New(), new UserId(user.UserId));
}
