using Mas.Tests.Client;
using Mas.Tests.Harness;
using Newtonsoft.Json.Linq;
using StackExchange.Redis;

namespace Mas.Tests.Operator;

/// <summary>The scripts that change something, run with redis-cli on a live system: the keys afterwards, and what clients were told.</summary>
public sealed class ActScriptTests(OperatorFixture on) : IClassFixture<OperatorFixture>
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Announce_ToEverybody_ReachesWhoIsThereAtOnceAndOthersLater()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var absent = await on.Mas.NewUserAsync("bob");

        var rows = await on.RunAsync("announce", "everybody", "Maintenance at \"8\" — 50 %");

        Assert.True(rows.Sum(row => int.Parse(row[0])) >= 2);
        await alice.WaitAsync(view => view.Alerts.ContainsValue("Maintenance at \"8\" — 50 %"), "the alert");
        Assert.Contains("Maintenance at \"8\" — 50 %", (await on.Db.HashValuesAsync($"alerts:{absent.UserId}")).ToStringArray());
        var later = await on.Mas.ConnectAsync(absent);
        await later.WaitAsync(view => view.Alerts.ContainsValue("Maintenance at \"8\" — 50 %"), "the alert that was kept");
        var alert = later.Read(view => view.Alerts.Keys.Max());
        await later.OkAsync("ACKALERT", new { alertId = alert });
    }

    [Fact]
    public async Task Announce_ToOne_ReachesNobodyElse()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var bob = await on.Mas.NewClientAsync("bob");

        await on.RunAsync("announce", alice.Login.Nick, "only for you");

        await alice.WaitAsync(view => view.Alerts.ContainsValue("only for you"), "the alert");
        Assert.Empty(await on.Db.HashGetAllAsync($"alerts:{bob.UserId}"));
    }

    [Fact]
    public async Task DisableAndEnable_AUser_EndsSessionsAndLoginsAndLetsThemInAgain()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        using var http = new MasHttp(on.Mas.Address);

        await on.RunAsync("disable", alice.UserId, "Please write to us.");

        var end = await alice.Ended.WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal(("ACCOUNT_CLOSED", "Please write to us."), (end.Code, end.Reason));
        Assert.Equal("0", (string?)await on.Db.HashGetAsync($"user:{alice.UserId}", "inuse"));
        Assert.False(await on.Db.KeyExistsAsync($"logins:{alice.UserId}"));
        await Assert.ThrowsAnyAsync<Exception>(() => on.Mas.ConnectAsync(alice.Login));
        Assert.DoesNotContain(await Fsck.RunAsync(on.Mas.Redis), found => found.Kind.StartsWith("member", StringComparison.Ordinal));

        await on.RunAsync("enable", alice.Login.Nick);

        Assert.Equal("1", (string?)await on.Db.HashGetAsync($"user:{alice.UserId}", "inuse"));
        await on.Mas.ConnectAsync(await http.LoginAsync(alice.Login.Nick, alice.Login.Email, alice.Login.Password));
    }

    [Fact]
    public async Task Renew_OfOne_EndsNoLoginAndNobodyElsesSession()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var bob = await on.Mas.NewClientAsync("bob");

        Assert.Equal("1", Assert.Single(await on.RunAsync("renew", alice.Login.Nick))[0]);

        Assert.Equal("SERVER_STOPPING", (await alice.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        await on.Mas.ConnectAsync(alice.Login);
        await bob.OkAsync("GET_PROFILE");
    }

    [Fact]
    public async Task Renew_OfEverybody_LeavesWhoHasComeBackSinceItBegan()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var began = (long)(await on.Db.SortedSetScoreAsync($"sessionlist:{alice.UserId}", alice.SessionId))!;

        await on.Db.ScriptEvaluateAsync(await File.ReadAllTextAsync(RedisCli.FileOf("renew")), [], [$"0/{began - 1}", "everybody"]);
        await alice.OkAsync("GET_PROFILE");
        Assert.False(alice.Ended.IsCompleted);
        await on.RunAsync("renew", "everybody");

        Assert.Equal("SERVER_STOPPING", (await alice.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
    }

    [Fact]
    public async Task EndSession_OneOfTwo_LeavesTheOther()
    {
        var desk = await on.Mas.NewClientAsync("alice");
        using var http = new MasHttp(on.Mas.Address);
        var phone = await on.Mas.ConnectAsync(await http.LoginAsync(desk.Login.Nick, desk.Login.Email, desk.Login.Password));

        await on.RunAsync("end-session", desk.UserId, desk.SessionId);

        Assert.Equal("LOGGED_OUT", (await desk.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        await phone.OkAsync("GET_PROFILE");
        await Assert.ThrowsAnyAsync<Exception>(() => on.Mas.ConnectAsync(desk.Login));
        await Eventually.HoldsAsync(async () => await on.Db.SortedSetLengthAsync($"sessionlist:{desk.UserId}") == 1, "one session is left");

        await on.RunAsync("end-session", desk.UserId);

        Assert.Equal("LOGGED_OUT", (await phone.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        Assert.False(await on.Db.KeyExistsAsync($"logins:{desk.UserId}"));
        await Eventually.HoldsAsync(async () => !await on.Db.KeyExistsAsync($"outbox:{desk.UserId}:{phone.SessionId}"), "no outbox is left");
    }

    [Fact]
    public async Task EndSession_OfAServerThatIsGone_LeavesNoOutbox()
    {
        var alice = await on.Mas.NewUserAsync("alice");
        await on.Db.SortedSetAddAsync($"sessionlist:{alice.UserId}", "sgone-1", 1);

        await on.RunAsync("end-session", alice.UserId, "sgone-1");

        Assert.False(await on.Db.KeyExistsAsync($"outbox:{alice.UserId}:sgone-1"));
        await on.Db.KeyDeleteAsync($"sessionlist:{alice.UserId}");
    }

    [Fact]
    public async Task ResetToken_ForAUser_SetsANewPasswordOnce()
    {
        var alice = await on.Mas.NewUserAsync("alice");
        var token = Guid.NewGuid().ToString("N");

        await on.RunAsync("reset-token", alice.Nick, token, "600");

        Assert.Equal(alice.UserId, (string?)await on.Db.StringGetAsync($"passwordresettoken:{token}"));
        Assert.InRange((await on.Db.KeyTimeToLiveAsync($"passwordresettoken:{token}"))!.Value.TotalSeconds, 500, 600);
        using var http = new MasHttp(on.Mas.Address);
        var answer = await http.PostAsync("/api/reset-password", new { token, password = Password });
        Assert.True(answer.Json.Value<bool>("success"));
        Assert.True((await http.PostAsync("/api/login", new { username = alice.Nick, password = Password })).Json.Value<bool>("success"));
        await Assert.ThrowsAsync<RedisCliException>(() => on.RunAsync("reset-token", alice.Nick, "tooshort"));
    }

    [Fact]
    public async Task Rename_ANick_MovesTheIndexAndTellsWhoKnowsTheUser()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var bob = await on.Mas.NewClientAsync("bob");
        await on.NewGroupAsync(alice, bob);
        var nick = "Renamed" + Guid.NewGuid().ToString("N")[..8];

        await on.RunAsync("rename", alice.UserId, "nick", nick);

        Assert.Equal(nick, (string?)await on.Db.HashGetAsync($"user:{alice.UserId}", "nick"));
        Assert.Equal(alice.UserId, (string?)await on.Db.HashGetAsync("index:user", nick.ToLowerInvariant()));
        Assert.False(await on.Db.HashExistsAsync("index:user", alice.Login.Nick));
        foreach (var client in new[] { alice, bob })
            await client.WaitAsync(view => view.Users[alice.UserId]["nick"]!.Value<string>("MAS") == nick, "the new nick");
        var taken = await Assert.ThrowsAsync<RedisCliException>(() => on.RunAsync("rename", bob.UserId, "nick", nick.ToUpperInvariant()));
        Assert.Contains("ERROR_EXISTS", taken.Message);
        Assert.Equal(bob.Login.Nick, (string?)await on.Db.HashGetAsync($"user:{bob.UserId}", "nick"));
    }

    [Fact]
    public async Task Rename_AnEmail_MovesTheIndexAndLogsInWithIt()
    {
        var alice = await on.Mas.NewUserAsync("alice");
        var old = (string)(await on.Db.HashGetAsync($"user:{alice.UserId}", "email"))!;
        var email = $"New.{Guid.NewGuid():N}@example.org";

        await on.RunAsync("rename", old, "email", email);

        Assert.Equal(alice.UserId, (string?)await on.Db.HashGetAsync("index:user", email.ToLowerInvariant()));
        Assert.False(await on.Db.HashExistsAsync("index:user", old.ToLowerInvariant()));
        await Assert.ThrowsAsync<RedisCliException>(() => on.RunAsync("rename", alice.UserId, "email", "no address"));
    }

    [Fact]
    public async Task Permit_Admin_IsASetAndCanBeTakenAway()
    {
        var alice = await on.Mas.NewUserAsync("alice");

        Assert.Equal([[alice.UserId, "admin"]], await on.RunAsync("permit", alice.Nick, "admin", "yes"));
        Assert.True(await on.Db.SetContainsAsync($"userpermissions:{alice.UserId}", "admin"));
        await on.RunAsync("permit", alice.Nick, "admin", "no");
        Assert.False(await on.Db.KeyExistsAsync($"userpermissions:{alice.UserId}"));
    }

    [Fact]
    public async Task GroupCreate_ForAnOwner_OpensTheWindow()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var name = "Made" + Guid.NewGuid().ToString("N")[..8];

        await on.RunAsync("group-create", name, alice.Login.Nick, "key");

        await alice.WaitAsync(view => view.Group(name) is { Role: "*", Password: "key" }, "the group's window");
        var id = (string?)await on.Db.HashGetAsync("index:conversation", $"group:MAS:{name.ToLowerInvariant()}");
        Assert.Equal(alice.UserId, (string?)await on.Db.HashGetAsync($"conversation:{id}", "owner"));
        await Assert.ThrowsAsync<RedisCliException>(() => on.RunAsync("group-create", name, alice.UserId));
    }

    [Fact]
    public async Task GroupRemove_AGroupWithMembers_ClosesEverybodysWindowAndLeavesNoKey()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var bob = await on.Mas.NewClientAsync("bob");
        var (name, id) = await on.NewGroupAsync(alice, bob);
        await alice.SayAsync(alice.Window(name), "last words");

        await on.RunAsync("group-remove", name);

        await alice.WaitAsync(view => view.Group(name) is null, "the window is gone");
        await bob.WaitAsync(view => view.Group(name) is null, "the window is gone");
        await Eventually.HoldsAsync(async () => !await on.Db.KeyExistsAsync($"conversation:{id}"), "the record is gone");
        Assert.Empty(on.Mas.Redis.Keys($"conversation*:{id}"));
        await Eventually.HoldsAsync(async () => !await on.Db.HashExistsAsync("index:conversation", $"group:MAS:{name}"), "the name, which goes last, is free");
    }

    [Fact]
    public async Task GroupOwner_AnotherMember_IsOwnerAndTheOldOneOperator()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var bob = await on.Mas.NewClientAsync("bob");
        var (name, id) = await on.NewGroupAsync(alice, bob);

        await on.RunAsync("group-owner", name, bob.Login.Nick);

        await bob.WaitAsync(view => view.Group(name) is { Role: "*" } window && window.Members[bob.UserId] == "*" && window.Members[alice.UserId] == "@", "the new owner");
        await alice.WaitAsync(view => view.Group(name) is { Role: "@" }, "the own role");
        Assert.Equal(bob.UserId, (string?)await on.Db.HashGetAsync($"conversation:{id}", "owner"));
        Assert.Equal("*", (string?)await on.Db.HashGetAsync($"conversationmembers:{id}", bob.UserId));
        Assert.Equal("@", (string?)await on.Db.HashGetAsync($"conversationmembers:{id}", alice.UserId));
        await Assert.ThrowsAsync<RedisCliException>(() => on.RunAsync("group-owner", name, "nobody-of-this-name"));
    }

    [Fact]
    public async Task Kick_TheOwner_IsOutAndTheGroupStays()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var bob = await on.Mas.NewClientAsync("bob");
        var (name, id) = await on.NewGroupAsync(alice, bob);

        await on.RunAsync("kick", name, alice.UserId, "spam");

        await alice.WaitAsync(view => view.Group(name) is null, "the window is gone");
        await bob.WaitAsync(view => view.Group(name)!.Messages.Values.Any(message => message.Cat == "kick" && message.Body == $"{alice.Login.Nick}: spam"), "the line");
        await bob.WaitAsync(view => !view.Group(name)!.Members.ContainsKey(alice.UserId), "the member is gone");
        Assert.False(await on.Db.HashExistsAsync($"conversationmembers:{id}", alice.UserId));
        Assert.Equal("", (string?)await on.Db.HashGetAsync($"conversation:{id}", "owner"));
    }

    [Fact]
    public async Task DeleteMessage_OfSomebody_IsSeenAsDeleted()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var bob = await on.Mas.NewClientAsync("bob");
        var (name, id) = await on.NewGroupAsync(alice, bob);
        var gid = await alice.SayAsync(alice.Window(name), "rude");

        await on.RunAsync("delete-message", id, $"{gid}");

        foreach (var client in new[] { alice, bob })
            await client.WaitAsync(view => view.Group(name)!.Messages[gid] is { Status: "deleted", Body: "" }, "the deletion");
        var stored = (await on.Db.ListRangeAsync($"conversationmsgs:{id}")).Select(entry => JObject.Parse(entry!)).Single(entry => entry.Value<long>("gid") == gid);
        Assert.Equal("", stored.Value<string>("body"));
        await Assert.ThrowsAsync<RedisCliException>(() => on.RunAsync("delete-message", id, "999999999"));
    }

    [Fact]
    public async Task Trim_AHistory_KeepsTheNewestAndShowsTheOthersAsDeleted()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var (name, id) = await on.NewGroupAsync(alice);
        var gids = new List<long>();
        for (var i = 0; i < 6; i++)
            gids.Add(await alice.SayAsync(alice.Window(name), $"line {i}"));

        await on.RunAsync("trim", name, "2");

        await Eventually.HoldsAsync(async () => await on.Db.ListLengthAsync($"conversationmsgs:{id}") == 2, "two messages are left");
        await alice.WaitAsync(view => gids.SkipLast(2).All(gid => view.Group(name)!.Messages[gid].Status == "deleted"), "the others are deleted");
        Assert.All(gids.TakeLast(2), gid => Assert.Null(alice.Read(view => view.Group(name)!.Messages[gid].Status)));
        var left = (await on.Db.ListRangeAsync($"conversationmsgs:{id}")).Select(entry => JObject.Parse(entry!).Value<long>("gid"));
        Assert.Equal(gids.TakeLast(2).Reverse(), left);
    }

    [Fact]
    public async Task DeadLetters_RetriedAndDropped_AreHandledOrGone()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var name = "Retried" + Guid.NewGuid().ToString("N")[..8];
        var entry = JObject.FromObject(new { type = "CREATE", name, password = "", origin = new { rid = $"dead-{name}", userId = alice.UserId } }).ToString(Newtonsoft.Json.Formatting.None);
        await on.Db.ListLeftPushAsync("inbox:loopbackparser:dead", JObject.FromObject(new { ts = 1, error = "x", entry }).ToString());
        await on.Db.ListLeftPushAsync("inbox:loopbackparser:dead", """{"ts":2,"error":"y","entry":"{\"drop\":1}"}""");
        var letters = await on.RunAsync("deadletters", "loopbackparser");

        await on.RunAsync("deadletter-retry", "loopbackparser", letters.Single(letter => letter[3] == entry)[0]);

        await alice.WaitAsync(view => view.Group(name) is not null, "the group that was asked for");
        Assert.Equal(1, await on.Db.ListLengthAsync("inbox:loopbackparser:dead"));
        Assert.Equal([["1"]], await on.RunAsync("deadletter-drop", "loopbackparser", letters.Single(letter => letter[3] == """{"drop":1}""")[0]));
        Assert.False(await on.Db.KeyExistsAsync("inbox:loopbackparser:dead"));
        await Assert.ThrowsAsync<RedisCliException>(() => on.RunAsync("deadletter-drop", "loopbackparser", "000000000000"));
    }

    [Fact]
    public async Task DeadLetters_DropAll_LeavesNone()
    {
        await on.Db.ListLeftPushAsync("inbox:connectionmanager:dead", ["a", "b", "c"]);

        Assert.Equal([["3"]], await on.RunAsync("deadletter-drop", "connectionmanager", "all"));
        Assert.False(await on.Db.KeyExistsAsync("inbox:connectionmanager:dead"));
    }

    [Fact]
    public async Task IrcDisconnect_OfANetworkInUse_AsksTheIrcBackend()
    {
        var alice = await on.Mas.NewUserAsync("alice");
        await on.Db.HashSetAsync($"networks:{alice.UserId}:ExampleNet", [new("state", "connected"), new("currentnick", "ally"), new("retryCount", 0)]);

        await on.RunAsync("irc-disconnect", alice.Nick, "ExampleNet");

        // No IRC backend runs here: what it would get is still in its inbox.
        var asked = JObject.Parse((await on.Db.ListLeftPopAsync("inbox:ircparser"))!);
        Assert.Equal(("REQUEST", alice.UserId, "ExampleNet"), (asked.Value<string>("type"), asked.Value<string>("userId"), asked.Value<string>("network")));
        Assert.Equal(("DISCONNECT", "ExampleNet"), (asked["request"]!.Value<string>("type"), asked["request"]!.Value<string>("network")));
        Assert.NotEmpty(asked.Value<string>("rid")!);
        await on.Db.KeyDeleteAsync($"networks:{alice.UserId}:ExampleNet");
    }
}
