using Mas.Tests.Client;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;

namespace Mas.Tests.Operator;

/// <summary>scripts/masctl on a Redis Cluster: the same scripts, each command sent to its key's node.</summary>
public sealed class MasCtlClusterTests : IAsyncLifetime
{
    private MasSystem _mas = null!;

    public async ValueTask InitializeAsync() => _mas = await MasSystem.StartAsync(new MasSystemOptions
    {
        StartRedis = async appendOnly => await RedisCluster.StartAsync(appendOnly),
    });

    public async ValueTask DisposeAsync() => await _mas.DisposeAsync();

    [Fact]
    public async Task Masctl_OnACluster_LooksActsChecksAndExportsOverAllSlots()
    {
        using var http = new MasHttp(_mas.Address);
        var logins = new List<MasLogin>();
        for (var i = 0; i < 12; i++)
            logins.Add(await http.RegisterAndLoginAsync($"user{i}x"));
        await using var alice = await MasClient.ConnectAsync(_mas.Address, logins[0]);
        await using var bob = await MasClient.ConnectAsync(_mas.Address, logins[1]);
        await alice.OkAsync("CREATE", new { name = "tea" });
        await alice.WaitAsync(view => view.Group("tea") is not null, "the group");
        await bob.OkAsync("JOIN", new { network = "MAS", name = "tea" });
        await bob.WaitAsync(view => view.Group("tea") is not null, "the group");
        var gid = await alice.SayAsync(alice.Window("tea"), "hello ☺");

        Assert.Equal(12, (await OkAsync("users", "--json")).Rows.Count);
        Assert.Equal(2, (await OkAsync("online", "--json")).Rows.Count);
        var conversation = Assert.Single((await OkAsync("conversations", "--json")).Rows);
        Assert.Equal("2", (string?)conversation["members"]);
        Assert.Equal("hello ☺", (string?)(await OkAsync("messages", "1", "1", "--json")).Rows[0]["body"]);
        Assert.NotEmpty((await OkAsync("biggest", "--json")).Rows);

        await OkAsync("announce", "everybody", "to all slots", "--yes");
        await bob.WaitAsync(view => view.Alerts.ContainsValue("to all slots"), "the alert");
        await OkAsync("rename", alice.UserId, "nick", "Alicia");
        await bob.WaitAsync(view => view.Users[alice.UserId]["nick"]!.Value<string>("MAS") == "Alicia", "the new nick");
        await OkAsync("delete-message", "tea", $"{gid}", "--yes");
        await bob.WaitAsync(view => view.Group("tea")!.Messages[gid].Status == "deleted", "the deletion");
        var refused = await MasCtlRun.RunAsync(_mas.Redis.Endpoint, null, "user", "nobody-of-this-name");
        Assert.Contains("NOT_FOUND", refused.Notes);

        var clean = await MasCtlRun.RunAsync(_mas.Redis.Endpoint, null, "fsck");
        Assert.True(clean.ExitCode == 0, clean.Output + clean.Notes);

        using var folder = new TempFolder("export");
        var file = Path.Combine(folder.Path, "mas.jsonl");
        await OkAsync("export", "everything", "--out", file);
        await using var single = await RedisServer.StartAsync();
        var import = await MasCtlRun.RunAsync(single.Endpoint, null, "import", file, "--yes");
        Assert.True(import.ExitCode == 0, import.Output + import.Notes);
        await Fsck.AssertCleanAsync(single);
        Assert.Equal("Alicia", (string?)await single.Database.HashGetAsync($"user:{alice.UserId}", "nick"));
        Assert.Equal(12, single.Keys("user:*").Count);
    }

    [Fact]
    public async Task Fsck_DamageOnSeveralNodes_IsFoundAndRepaired()
    {
        await using var alice = await _mas.NewClientAsync("alice");
        await alice.OkAsync("CREATE", new { name = "tea" });
        await alice.WaitAsync(view => view.Group("tea") is not null, "the group");
        var database = _mas.Redis.Database;
        var group = await database.ConversationAsync(alice.UserId, alice.Window("tea"));
        for (var nobody = 990; nobody < 996; nobody++)
        {
            await database.HashSetAsync($"settings:{nobody}", "theme", "dark");
            await database.SetAddAsync($"friends:{alice.UserId}", nobody);
            await database.HashSetAsync($"conversationmembers:{group}", nobody, "u");
            await database.HashSetAsync("index:user", $"nobody{nobody}", nobody);
            await database.SortedSetAddAsync("sessionlastheartbeat", $"{nobody}:sdead-1", DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        }

        var found = await MasCtlRun.RunAsync(_mas.Redis.Endpoint, null, "fsck", "--json");
        Assert.Equal(1, found.ExitCode);
        Assert.Equal(
            ["dead-session", "friend-gone", "index-points-nowhere", "member-gone", "no-user"],
            found.Rows.GroupBy(row => (string)row["kind"]!).Where(kind => kind.Count() == 6).Select(kind => kind.Key).Order(StringComparer.Ordinal));

        await OkAsync("fsck", "--repair");
        Assert.False(await database.KeyExistsAsync("settings:990"));
        Assert.Equal(1, await database.HashLengthAsync($"conversationmembers:{group}"));
        Assert.Empty((await OkAsync("fsck", "--json")).Rows);
    }

    private async Task<MasCtlRun> OkAsync(params string[] arguments)
    {
        var run = await MasCtlRun.RunAsync(_mas.Redis.Endpoint, null, arguments);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: {run.Output}{run.Notes}");
        return run;
    }
}
