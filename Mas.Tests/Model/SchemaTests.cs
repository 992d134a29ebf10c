using Mas.Tests.Client;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;
using StackExchange.Redis;

namespace Mas.Tests.Model;

/// <summary>What a life with MAS leaves in Redis: every key, type and field by its name, read with plain commands.</summary>
public sealed class SchemaTests : IAsyncLifetime
{
    private MasSystem _mas = null!;
    private IDatabase _redis = null!;
    private MasClient _alice = null!;
    private MasClient _bob = null!;

    public async ValueTask InitializeAsync()
    {
        _mas = await MasSystem.StartAsync(new MasSystemOptions { Settings = new Dictionary<string, string> { ["Accounts:InitialGroups"] = "" } });
        _redis = _mas.Redis.Database;
        _alice = await _mas.NewClientAsync("alice");
        _bob = await _mas.NewClientAsync("bob");
    }

    public async ValueTask DisposeAsync() => await _mas.DisposeAsync();

    [Fact]
    public async Task Register_NewUser_WritesTheRecordAndBothIndexEntries()
    {
        var fields = (await _redis.HashGetAllAsync($"user:{_alice.UserId}")).ToDictionary(entry => (string)entry.Name!, entry => (string)entry.Value!);

        Assert.Equal(
            new[] { "ads", "email", "inuse", "lastip", "lastlogout", "maxwindows", "name", "nextwindowid", "nick", "openidurl", "passwd", "registrationtime", "salt", "secret", "secretExpires" },
            fields.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("1", fields["inuse"]);
        Assert.Equal("0", fields["lastlogout"]);
        Assert.Equal("100", fields["maxwindows"]);
        Assert.Equal("127.0.0.1", fields["lastip"]);
        Assert.StartsWith("pbkdf2-sha512$1000$", fields["passwd"], StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{64}$", fields["secret"]);
        Assert.DoesNotContain(_alice.Login.Secret, fields.Values);
        Assert.InRange(long.Parse(fields["registrationtime"]), DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        Assert.Equal(_alice.UserId, await _redis.HashGetAsync("index:user", fields["nick"].ToLowerInvariant()));
        Assert.Equal(_alice.UserId, await _redis.HashGetAsync("index:user", fields["email"].ToLowerInvariant()));
    }

    [Fact]
    public async Task Session_WhileLive_IsInEveryKeyOfTheSchema()
    {
        var session = $"{_alice.UserId}:{_alice.SessionId}";

        Assert.NotNull(await _redis.SortedSetScoreAsync($"sessionlist:{_alice.UserId}", _alice.SessionId));
        Assert.NotNull(await _redis.SortedSetScoreAsync("sessionlastheartbeat", session));
        Assert.True(await _redis.SetContainsAsync($"sessionknownuserids:{session}", _alice.UserId));
    }

    [Fact]
    public async Task Group_CreatedJoinedAndTalkedIn_IsWrittenToTheLetter()
    {
        var created = await _alice.OkAsync("CREATE", new { name = "Tea", password = "milk" });
        await _bob.OkAsync("JOIN", new { network = "MAS", name = "tea", password = "milk" });
        var windowId = created.Value<int>("windowId");
        await _alice.OkAsync("UPDATE_TOPIC", new { windowId, topic = "Assam" });
        var sent = await _alice.OkAsync("SEND", new { windowId, text = "hello", rid = "r-1" });

        var id = (string)(await _redis.HashGetAsync("index:conversation", "group:MAS:tea"))!;
        var conversation = (await _redis.HashGetAllAsync($"conversation:{id}")).ToDictionary(entry => (string)entry.Name!, entry => (string)entry.Value!);
        Assert.Equal(_alice.UserId, conversation["owner"]);
        Assert.Equal("group", conversation["type"]);
        Assert.Equal("Tea", conversation["name"]);
        Assert.Equal("MAS", conversation["network"]);
        Assert.Equal("Assam", conversation["topic"]);
        Assert.Equal("milk", conversation["password"]);
        Assert.Equal("", conversation["apikey"]);
        Assert.Equal("*", await _redis.HashGetAsync($"conversationmembers:{id}", _alice.UserId));
        Assert.Equal("u", await _redis.HashGetAsync($"conversationmembers:{id}", _bob.UserId));

        var newest = JObject.Parse((await _redis.ListGetByIndexAsync($"conversationmsgs:{id}", 0))!);
        Assert.Equal(new[] { "gid", "userId", "ts", "cat", "body", "rid" }, newest.Properties().Select(property => property.Name));
        Assert.Equal(sent.Value<long>("gid"), newest.Value<long>("gid"));
        Assert.Equal(_alice.UserId, newest.Value<string>("userId"));
        Assert.Equal(sent.Value<long>("gid"), (long)await _redis.HashGetAsync($"{{conversationmsgs:{id}}}:rids", $"{_alice.UserId}:r-1"));
        Assert.Equal(("msg", "hello", "r-1"), (newest.Value<string>("cat"), newest.Value<string>("body"), newest.Value<string>("rid")));

        var window = (await _redis.HashGetAllAsync($"window:{_alice.UserId}:{windowId}")).ToDictionary(entry => (string)entry.Name!, entry => (string)entry.Value!);
        Assert.Equal(
            new Dictionary<string, string> { ["conversationId"] = id, ["sounds"] = "false", ["titleAlert"] = "true", ["visible"] = "true", ["row"] = "0", ["seen"] = "0" },
            window);
        Assert.Equal(windowId, (int)await _redis.HashGetAsync("index:windowIds", $"{_alice.UserId}:{id}"));
        Assert.True(await _redis.SetContainsAsync($"windowlist:{_alice.UserId}", windowId));
        Assert.Equal(windowId, (int)await _redis.HashGetAsync($"conversationsessions:{id}", $"{_alice.UserId}:{_alice.SessionId}"));
    }

    [Fact]
    public async Task OneOnOne_OpenedByEither_IsOneConversationWithADetachedPeer()
    {
        var opened = await _bob.OkAsync("CHAT", new { userId = _alice.UserId });

        var (first, second) = int.Parse(_alice.UserId) < int.Parse(_bob.UserId) ? (_alice.UserId, _bob.UserId) : (_bob.UserId, _alice.UserId);
        var id = (string)(await _redis.HashGetAsync("index:conversation", $"1on1:MAS:{first}:{second}"))!;
        Assert.Equal("1on1", await _redis.HashGetAsync($"conversation:{id}", "type"));
        Assert.Equal("", await _redis.HashGetAsync($"conversation:{id}", "name"));
        Assert.Equal("d", await _redis.HashGetAsync($"conversationmembers:{id}", _alice.UserId));
        Assert.Equal("u", await _redis.HashGetAsync($"conversationmembers:{id}", _bob.UserId));

        await _bob.OkAsync("SEND", new { windowId = opened.Value<int>("windowId"), text = "hi" });
        await _alice.WaitAsync(view => view.Windows.Values.Any(window => window.PeerId == _bob.UserId), "the 1on1 that bob wrote in");
        Assert.Equal("u", await _redis.HashGetAsync($"conversationmembers:{id}", _alice.UserId));
    }

    [Fact]
    public async Task Group_LeftByItsLastMember_LeavesNothingBehind()
    {
        var created = await _alice.OkAsync("CREATE", new { name = "brief" });
        var id = (string)(await _redis.HashGetAsync("index:conversation", "group:MAS:brief"))!;

        await _alice.OkAsync("SEND", new { windowId = created.Value<int>("windowId"), text = "anybody?" });
        await _alice.OkAsync("CLOSE", new { windowId = created.Value<int>("windowId") });

        Assert.False(await _redis.HashExistsAsync("index:conversation", "group:MAS:brief"));
        foreach (var key in new[] { $"conversation:{id}", $"conversationmembers:{id}", $"conversationmsgs:{id}", $"{{conversationmsgs:{id}}}:rids", $"conversationsessions:{id}" })
            Assert.False(await _redis.KeyExistsAsync(key), key);
        Assert.False(await _redis.HashExistsAsync("index:windowIds", $"{_alice.UserId}:{id}"));
    }
}
