using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Core.Redis;
using Mas.Tests.Client;
using Mas.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Operator;

/// <summary>What was exported and imported into an empty system is whole, and users see the same.</summary>
public sealed class ExportImportTests
{
    private const int Users = 1000;

    /// <summary>Those who have sessions, and do things there.</summary>
    private const int Talkers = 40;

    [Fact]
    public async Task Everything_WithAThousandUsers_IsTheSameAfterwards()
    {
        await using var from = await MasSystem.StartAsync();
        await using var to = await MasSystem.StartAsync();
        var people = await PopulateAsync(from);
        var before = new Dictionary<string, string>();
        foreach (var login in people)
        {
            var client = await from.ConnectAsync(login);
            before[login.UserId] = client.Dump();
            await client.CloseAsync();
        }
        await Fsck.AssertCleanAsync(from.Redis);

        using var folder = new TempFolder("export");
        var file = Path.Combine(folder.Path, "mas.jsonl");
        Ok(await MasCtlRun.RunAsync(from.Redis.Endpoint, null, "export", "everything", "--out", file));
        Ok(await MasCtlRun.RunAsync(to.Redis.Endpoint, null, "import", file, "--yes"));

        await Fsck.AssertCleanAsync(to.Redis);
        Assert.Equal(Lasting(from), Lasting(to));
        foreach (var key in from.Redis.Keys("conversationmsgs:*"))
            Assert.Equal(await from.Redis.Database.ListRangeAsync(key), await to.Redis.Database.ListRangeAsync(key));
        foreach (var login in people)
        {
            // The same cookie, password hashes and login digests included.
            var client = await to.ConnectAsync(login);
            Assert.Equal(before[login.UserId], client.Dump());
        }
        var first = await to.ConnectAsync(people[0]);
        await first.SayAsync(first.Window("all"), "a new message after the move");

        // Once more: everything is there, and stays as it is.
        var again = await MasCtlRun.RunAsync(to.Redis.Endpoint, null, "import", file, "--yes");
        Assert.Contains("kept", again.Output);
        Assert.DoesNotContain("imported", again.Notes);
    }

    [Fact]
    public async Task Export_OfOneUser_IsWholeWithTheNamesOfOthers()
    {
        await using var from = await MasSystem.StartAsync();
        await using var to = await MasSystem.StartAsync();
        var people = await PopulateAsync(from, users: 5);
        var alice = await from.ConnectAsync(people[0]);
        var mine = alice.Dump();

        using var folder = new TempFolder("export");
        var file = Path.Combine(folder.Path, "user.jsonl");
        Ok(await MasCtlRun.RunAsync(from.Redis.Endpoint, null, "export", "user", people[0].Nick, "--out", file));
        Ok(await MasCtlRun.RunAsync(to.Redis.Endpoint, null, "import", file, "--yes"));

        await Fsck.AssertCleanAsync(to.Redis);
        var moved = await to.ConnectAsync(people[0]);
        foreach (var (windowId, window) in alice.Read(view => view.Windows.ToArray()))
        {
            Assert.Equal(
                window.Messages.Values.Select(message => (message.Gid, message.UserId, message.Body)),
                moved.Read(view => view.Windows[windowId].Messages.Values.Select(message => (message.Gid, message.UserId, message.Body)).ToArray()));
        }
        // Who said something has the name that they had.
        Assert.Equal($"Name of {people[1].Nick}", moved.Read(view => view.Users[people[1].UserId].Value<string>("name")));
        Assert.NotEmpty(mine);

        // Now the others come after, and take the places of their names.
        var all = Path.Combine(folder.Path, "all.jsonl");
        Ok(await MasCtlRun.RunAsync(from.Redis.Endpoint, null, "export", "user", people[1].Nick, "--out", all));
        await MasCtlRun.RunAsync(to.Redis.Endpoint, null, "import", all, "--yes");
        Assert.Equal(people[1].Nick, (string?)await to.Redis.Database.HashGetAsync($"user:{people[1].UserId}", "nick"));
    }

    [Fact]
    public async Task Export_OfOneConversation_IsWholeWithTheAccountsOfItsMembers()
    {
        await using var from = await MasSystem.StartAsync();
        await using var to = await MasSystem.StartAsync();
        var people = await PopulateAsync(from, users: 5);
        var id = (string)(await from.Redis.Database.HashGetAsync("index:conversation", "group:MAS:all"))!;
        var here = await from.ConnectAsync(people[1]);

        using var folder = new TempFolder("export");
        var file = Path.Combine(folder.Path, "conversation.jsonl");
        Ok(await MasCtlRun.RunAsync(from.Redis.Endpoint, null, "export", "conversation", id, "--out", file));
        Ok(await MasCtlRun.RunAsync(to.Redis.Endpoint, null, "import", file, "--yes"));

        await Fsck.AssertCleanAsync(to.Redis);
        var there = await to.ConnectAsync(people[1]);
        var window = Assert.Single(there.Read(view => view.Windows.Values.ToArray()));
        Assert.Equal(ViewDump.Window(here.Read(view => view.Group("all"))!).ToString(), ViewDump.Window(window).ToString());
    }

    /// <summary>Users of whom some talk: a group of all, some groups and 1on1s, friends, settings, alerts, edits.</summary>
    private static async Task<List<MasLogin>> PopulateAsync(MasSystem mas, int users = Users)
    {
        var owner = await mas.NewClientAsync("owner");
        await owner.OkAsync("CREATE", new { name = "all" });
        await owner.WaitAsync(view => view.Group("all") is not null, "the group");
        var gid = await owner.SayAsync(owner.Window("all"), "welcome, \"everybody\" – all 1000 of you 🎉");
        await owner.OkAsync("EDIT", new { windowId = owner.Window("all"), gid, text = "welcome" });
        var logins = new List<MasLogin> { owner.Login };
        foreach (var chunk in Enumerable.Range(1, Math.Min(users, Talkers) - 1).Chunk(20))
            logins.AddRange(await Task.WhenAll(chunk.Select(i => OneAsync(mas, owner.UserId, i))));
        await owner.CloseAsync();
        await JoinSilentlyAsync(mas, Enumerable.Range(Talkers, Math.Max(0, users - Talkers)));
        return logins;
    }

    /// <summary>
    /// The others join by the inbox entries that a server would send for them: a session that is told of all the members, for each of
    /// them, takes most of a minute.
    /// </summary>
    private static async Task JoinSilentlyAsync(MasSystem mas, IEnumerable<int> numbers)
    {
        await using var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = mas.Redis.Endpoint }, NullLogger.Instance, CancellationToken.None);
        var producer = new InboxProducer(redis, TimeProvider.System);
        var group = (await new Conversations(redis).FindGroupAsync(Networks.Mas, "all"))!.Value;
        var members = await mas.Redis.Database.HashLengthAsync($"conversationmembers:{group}");
        foreach (var chunk in numbers.Chunk(50))
        {
            await Task.WhenAll(chunk.Select(async number =>
            {
                var login = await mas.NewUserAsync($"u{number}x");
                var join = new JoinGroup(new Origin(Rids.New(), new UserId(login.UserId)), group.Value, "all", "", Initial: false);
                await producer.SendAsync(Endpoints.Loopback, join.OrderingKey, join.ToJson());
            }));
            members += chunk.Length;
        }
        await Eventually.HoldsAsync(async () => await mas.Redis.Database.HashLengthAsync($"conversationmembers:{group}") == members, "all are members");
        await Eventually.HoldsAsync(async () => !await mas.Redis.Database.KeyExistsAsync("inbox:loopbackparser") && !mas.Redis.Keys("{inbox:*}:claim:*").Any(), "the worker has done it all");
    }

    private static async Task<MasLogin> OneAsync(MasSystem mas, string owner, int number)
    {
        var client = await mas.NewClientAsync($"u{number}x");
        await client.OkAsync("JOIN", new { network = "MAS", name = "all" });
        await client.WaitAsync(view => view.Group("all") is not null, "the group");
        await client.SayAsync(client.Window("all"), $"I am number {number} ☺");
        await client.OkAsync("SET", new { settings = new { theme = "dark", keywords = $"a,b,{number}" } });
        await client.OkAsync("REQUEST_FRIEND", new { userId = owner });
        var chat = await client.OkAsync("CHAT", new { userId = owner });
        await client.WaitAsync(view => view.OneOnOne(owner) is not null, "the 1on1");
        await client.SayAsync(chat.Value<int>("windowId"), "hello, owner");
        await client.CloseAsync();
        return client.Login;
    }

    /// <summary>Every key that is not of a session, a lease or a step.</summary>
    private static string[] Lasting(MasSystem mas)
    {
        string[] passing = ["session", "endedsessions", "outbox:", "conversationsessions:", "ticket:", "lease:", "inbox:", "inboxlayout:", "inboxworkers:", "{", "auditlog"];
        return [.. mas.Redis.Keys().Where(key => !passing.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal)))];
    }

    private static void Ok(MasCtlRun run) => Assert.True(run.ExitCode == 0, run.Output + run.Notes);
}
