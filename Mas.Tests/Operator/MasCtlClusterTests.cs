using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.Operator;

/// <summary>scripts/masctl on a Redis Cluster: the same scripts, each command sent to its key's node.</summary>
public sealed class MasCtlClusterTests : IAsyncLifetime
{
    private readonly List<RedisServer> _nodes = [];
    private readonly List<MasProcess> _processes = [];
    private string _endpoint = "";
    private Uri _address = null!;

    public async Task InitializeAsync()
    {
        for (var i = 0; i < 3; i++)
            _nodes.Add(await RedisServer.StartAsync(settings: ["--cluster-enabled", "yes", "--cluster-port", $"{FreePort.Next()}"]));
        _endpoint = string.Join(',', _nodes.Select(node => node.Endpoint));
        await using (var create = ChildProcess.Start(
            "redis-cli", "redis-cli", ["--cluster", "create", .. _nodes.Select(node => node.Endpoint), "--cluster-yes"], Path.GetTempPath()))
        {
            await create.WaitForExitAsync(TimeSpan.FromSeconds(60));
            await Eventually.HoldsAsync(() => create.Lines.Any(line => line.Contains("All 16384 slots covered")), $"the cluster is made\n{create.LogTail}");
        }
        var settings = new Dictionary<string, string>
        {
            ["Redis:Endpoint"] = _endpoint,
            ["Accounts:PasswordRounds"] = "1000",
            ["Accounts:InitialGroups"] = "",
            ["Server:Url"] = "http://127.0.0.1:0",
        };
        _processes.Add(await MasProcess.StartedAsync("Mas.Loopback", settings));
        _processes.Add(await MasProcess.StartedAsync("Mas.Server", settings));
        _address = await _processes[^1].ListeningAsync();
        using var http = new MasHttp(_address);
        await Eventually.HoldsAsync(() => http.IsReadyAsync(), "the server is ready");
    }

    public async Task DisposeAsync()
    {
        foreach (var process in _processes)
            await process.DisposeAsync();
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }

    [Fact]
    public async Task Masctl_OnACluster_LooksActsChecksAndExportsOverAllSlots()
    {
        using var http = new MasHttp(_address);
        var logins = new List<MasLogin>();
        for (var i = 0; i < 12; i++)
            logins.Add(await http.RegisterAndLoginAsync($"user{i}x"));
        await using var alice = await MasClient.ConnectAsync(_address, logins[0]);
        await using var bob = await MasClient.ConnectAsync(_address, logins[1]);
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
        var refused = await MasCtlRun.RunAsync(_endpoint, null, "user", "nobody-of-this-name");
        Assert.Contains("NOT_FOUND", refused.Notes);

        var clean = await MasCtlRun.RunAsync(_endpoint, null, "fsck");
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

    private async Task<MasCtlRun> OkAsync(params string[] arguments)
    {
        var run = await MasCtlRun.RunAsync(_endpoint, null, arguments);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: {run.Output}{run.Notes}");
        return run;
    }
}
