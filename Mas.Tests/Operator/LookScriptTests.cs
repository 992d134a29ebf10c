using Mas.Tests.Harness;
using StackExchange.Redis;

namespace Mas.Tests.Operator;

/// <summary>The scripts that only look, run with redis-cli on a live system.</summary>
public sealed class LookScriptTests(OperatorFixture on) : IClassFixture<OperatorFixture>
{
    [Fact]
    public async Task Users_ByNickEmailAndId_FindTheUserWithItsState()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var profile = await alice.OkAsync("GET_PROFILE");

        string[] expected = [alice.UserId, alice.Login.Nick, profile.Value<string>("email")!, profile.Value<string>("name")!, "online", "0"];
        Assert.Equal([expected], await on.RunAsync("users", alice.UserId));
        Assert.Equal([expected], await on.RunAsync("users", alice.Login.Nick.ToUpperInvariant()));
        Assert.Equal([expected], await on.RunAsync("users", profile.Value<string>("email")!));
        Assert.Contains(await on.RunAsync("users"), row => row[0] == alice.UserId);
        Assert.Empty(await on.RunAsync("users", "nobody-of-this-name"));
    }

    [Fact]
    public async Task User_ByEmail_TellsEverythingButSecrets()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var rows = (await on.RunAsync("user", alice.Login.Nick)).ToDictionary(row => row[0], row => row[1]);

        Assert.Equal(alice.UserId, rows["userId"]);
        Assert.Equal("1", rows["sessions"]);
        Assert.Equal("1", rows["logins"]);
        Assert.DoesNotContain("passwd", rows.Keys);
        Assert.DoesNotContain("salt", rows.Keys);
        Assert.DoesNotContain("secret", rows.Keys);
        var refused = await Assert.ThrowsAsync<RedisCliException>(() => on.RunAsync("user", "nobody-of-this-name"));
        Assert.Contains("NOT_FOUND", refused.Message);
    }

    [Fact]
    public async Task OnlineAndSessions_OfALiveUser_NameTheSessionAndItsServer()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var server = alice.SessionId.Split('-')[0];

        Assert.Contains(await on.RunAsync("online"), row => row[0] == alice.UserId && row[2] == alice.SessionId && row[3] == server);
        Assert.Contains(await on.RunAsync("online", server), row => row[2] == alice.SessionId);
        Assert.Empty(await on.RunAsync("online", "sother"));
        var session = Assert.Single(await on.RunAsync("sessions", alice.UserId));
        Assert.Equal(alice.SessionId, session[0]);
        Assert.Equal(server, session[1]);
        Assert.Equal("0", session[4]);
    }

    [Fact]
    public async Task OnlineAndNetworks_OfANetwork_NameItsUsersThere()
    {
        var alice = await on.Mas.NewUserAsync("alice");
        await on.Db.SetAddAsync("networklist", "ExampleNet");
        await on.Db.HashSetAsync($"networks:{alice.UserId}:ExampleNet", [new("state", "connected"), new("currentnick", "ally"), new("retryCount", 3)]);

        Assert.Equal([[alice.UserId, alice.Nick, "ally", "connected"]], await on.RunAsync("online", "ExampleNet"));
        Assert.Contains(await on.RunAsync("irc-states"), row => row.SequenceEqual(["ExampleNet", "connected", "1"]));
        Assert.Contains(await on.RunAsync("networks", alice.UserId), row => row.SequenceEqual(["ExampleNet", "connected", "ally", "3"]));

        await on.Db.KeyDeleteAsync("networklist");
        await on.Db.KeyDeleteAsync($"networks:{alice.UserId}:ExampleNet");
    }

    [Fact]
    public async Task WindowsConversationsAndMessages_OfAGroup_ShowWhatIsThere()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var bob = await on.Mas.NewClientAsync("bob");
        var (name, id) = await on.NewGroupAsync(alice, bob);
        var gid = await alice.SayAsync(alice.Window(name), "größe 10 €");
        await alice.OkAsync("CHAT", new { userId = bob.UserId });
        await alice.WaitAsync(view => view.Windows.Values.Any(window => window.PeerId == bob.UserId), "the 1on1");

        var windows = await on.RunAsync("windows", alice.UserId);
        Assert.Contains(windows, row => row[1] == id && row[3] == "group" && row[4] == name && row[5] == "*");
        Assert.Contains(windows, row => row[3] == "1on1" && row[4] == bob.Login.Nick && row[5] == "u");
        var conversation = Assert.Single(await on.RunAsync("conversations", name));
        Assert.Equal([id, "MAS", "group", name, "2", "2"], conversation[..6]);
        Assert.True(long.Parse(conversation[7]) > 0);
        var message = (await on.RunAsync("messages", id, "1")).Single();
        Assert.Equal([$"{gid}", alice.UserId, alice.Login.Nick, "msg", "", "größe 10 €"], [message[0], .. message[2..]]);
    }

    [Fact]
    public async Task QueuesAndLeases_OfALiveSystem_NameTheHolder()
    {
        var holder = (string)(await on.Db.StringGetAsync("lease:loopbackparser"))!;

        Assert.Contains(await on.RunAsync("leases"), row => row[0] == "loopbackparser" && row[1] == holder && long.Parse(row[2]) is > 0 and <= 4000);
        var queues = await on.RunAsync("queues");
        Assert.Contains(queues, row => row[0] == "inbox:loopbackparser" && row[3] == holder);
        Assert.Contains(queues, row => row[0] == "inbox:ircparser" && row[3] == "nobody");
    }

    [Fact]
    public async Task Outboxes_OfAClientThatIsNotServed_ShowWhatWaits()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var server = on.Mas.Servers[0].Process;
        server.Signal(ProcessSignal.Stop);
        try
        {
            // Until it stands still it may pop what comes: it has only just begun the session.
            await Eventually.HoldsAsync(async () => (await File.ReadAllTextAsync($"/proc/{server.Id}/stat")).Contains(") T ", StringComparison.Ordinal), "the server stands still");
            await on.Db.ListLeftPushAsync($"outbox:{alice.UserId}:{alice.SessionId}", """{"type":"FUTURE"}""");
            var row = Assert.Single(await on.RunAsync("outboxes"));
            Assert.Equal([alice.UserId, alice.Login.Nick, alice.SessionId, alice.SessionId.Split('-')[0], "1"], row[..5]);
            Assert.Empty(await on.RunAsync("outboxes", "2"));
        }
        finally
        {
            server.Signal(ProcessSignal.Continue);
        }
    }

    [Fact]
    public async Task Biggest_OfAllKeys_NamesFamiliesAndKeysWithTheirSizes()
    {
        await on.Mas.NewUserAsync("alice");
        var rows = await on.RunAsync("biggest", "1000");

        Assert.Contains(rows, row => row[0] == "index:user" && row[1] == "index:user" && row[2] == "hash" && long.Parse(row[4]) > 0);
        var users = rows.Where(row => row[0] == "user").ToArray();
        Assert.Equal(users.Where(row => row[1] == "").Sum(row => long.Parse(row[4])), users.Where(row => row[1] != "").Sum(row => long.Parse(row[4])));
    }

    [Fact]
    public async Task DeadLetters_OfAnEndpoint_AreShownWithTheirErrors()
    {
        await on.Db.ListLeftPushAsync("inbox:ircparser:dead", """{"ts":5,"error":"Not readable.","entry":"{\"a\":1}"}""");

        var letter = Assert.Single(await on.RunAsync("deadletters", "ircparser"));
        Assert.Equal(12, letter[0].Length);
        Assert.Equal(["5", "Not readable.", """{"a":1}"""], letter[1..]);
    }
}
