using Mas.Tests.Harness;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using StackExchange.Redis;

namespace Mas.Tests.Operator;

/// <summary>What operators ask of the worker, asked twice as after a crash, and asked wrongly.</summary>
public sealed class AdminMessageTests(OperatorFixture on) : IClassFixture<OperatorFixture>
{
    [Fact]
    public async Task EachAdminMessage_HandledTwice_IsDoneOnce()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var bob = await on.Mas.NewClientAsync("bob");
        var carol = await on.Mas.NewClientAsync("carol");
        var (name, id) = await on.NewGroupAsync(alice, bob, carol);
        var gids = new List<long>();
        for (var i = 0; i < 4; i++)
            gids.Add(await alice.SayAsync(alice.Window(name), $"line {i}"));
        var conversationId = long.Parse(id);

        await AskTwiceAsync(
            new { type = "ADMIN_SET_OWNER", conversationId, target = bob.UserId },
            new { type = "ADMIN_KICK", conversationId, target = carol.UserId, reason = "twice" },
            new { type = "ADMIN_DELETE_MESSAGE", conversationId, gid = gids[3] },
            new { type = "ADMIN_TRIM", conversationId, upTo = gids[1] },
            new { type = "ADMIN_OPEN_WINDOW", conversationId, target = alice.UserId });
        var last = await alice.SayAsync(alice.Window(name), "still here");
        await bob.WaitAsync(view => view.Group(name)!.Messages.ContainsKey(last), "the last line");

        foreach (var client in new[] { alice, bob })
        {
            var window = client.Read(view => view.Group(name)!);
            Assert.Equal(["*", "@"], new[] { bob.UserId, alice.UserId }.Select(user => window.Members[user]));
            Assert.Single(window.Messages.Values, message => message.Cat == "kick");
            Assert.Equal([gids[0], gids[1], gids[3]], window.Messages.Values.Where(message => message.Status == "deleted" && message.Cat == "msg").Select(message => message.Gid));
        }
        await carol.WaitAsync(view => view.Group(name) is null, "her window is gone");
        var fresh = await on.Mas.ConnectAsync(alice.Login);
        Assert.Single(fresh.Read(view => view.Windows.Values.Where(window => window.Name == name).ToArray()));
        Assert.Equal(
            [gids[2], gids[3]], fresh.Read(view => view.Group(name)!.Messages.Values.Where(message => message.Cat == "msg" && message.Gid != last).Select(message => message.Gid).ToArray()));

        await AskTwiceAsync(new { type = "ADMIN_REMOVE_GROUP", conversationId });
        await bob.WaitAsync(view => view.Group(name) is null, "the window is gone");
        await Eventually.HoldsAsync(() => on.Mas.Redis.Keys($"conversation*:{id}").Count == 0, "no key is left");
        Assert.False(await on.Db.KeyExistsAsync("inbox:loopbackparser:dead"));
    }

    [Fact]
    public async Task AdminMessages_ThatMakeNoSense_ChangeNothing()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var bob = await on.Mas.NewClientAsync("bob");
        var (name, id) = await on.NewGroupAsync(alice);
        var chat = await alice.OkAsync("CHAT", new { userId = bob.UserId });
        await alice.SayAsync(chat.Value<int>("windowId"), "hello");
        var pair = (string)(await on.Db.HashGetAsync($"window:{alice.UserId}:{chat.Value<int>("windowId")}", "conversationId"))!;

        var group = long.Parse(id);
        await AskTwiceAsync([
            .. new[] { 987_654, long.Parse(pair) }.SelectMany(conversationId => new object[]
            {
                new { type = "ADMIN_REMOVE_GROUP", conversationId },
                new { type = "ADMIN_SET_OWNER", conversationId, target = alice.UserId },
                new { type = "ADMIN_KICK", conversationId, target = bob.UserId },
            }),
            new { type = "ADMIN_SET_OWNER", conversationId = group, target = bob.UserId },
            new { type = "ADMIN_DELETE_MESSAGE", conversationId = group, gid = 1L },
            new { type = "ADMIN_OPEN_WINDOW", conversationId = group, target = bob.UserId },
        ]);
        await alice.SayAsync(chat.Value<int>("windowId"), "and still");
        await bob.WaitAsync(view => view.OneOnOne(alice.UserId)!.Messages.Values.Any(message => message.Body == "and still"), "the line");

        Assert.Equal("*", alice.Read(view => view.Group(name)!.Role));
        Assert.Null(bob.Read(view => view.Group(name)));
        Assert.Equal(alice.UserId, (string?)await on.Db.HashGetAsync($"conversation:{id}", "owner"));
    }

    /// <summary>As a worker that died before it had removed its claim leaves them: the same entries, once more, redelivered.</summary>
    private async Task AskTwiceAsync(params object[] messages)
    {
        var entries = Array.ConvertAll(messages, message =>
        {
            var entry = JObject.FromObject(message);
            entry["origin"] = JObject.FromObject(new { rid = Guid.NewGuid().ToString("N"), userId = "iSERVER" });
            return (RedisValue)entry.ToString(Formatting.None);
        });
        await on.Db.ListLeftPushAsync("inbox:loopbackparser", entries);
        await Eventually.HoldsAsync(async () => await on.Db.ListLengthAsync("inbox:loopbackparser") == 0, "the entries are taken");
        var claim = await on.Db.LeaveClaimAsync("loopbackparser", entries);
        await Eventually.HoldsAsync(async () => !await on.Db.KeyExistsAsync(claim), "they are handled again");
    }
}
