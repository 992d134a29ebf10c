using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Tests.Operator;

/// <summary>scripts/masctl as operators run it.</summary>
public sealed class MasCtlTests(OperatorFixture on) : IClassFixture<OperatorFixture>
{
    [Fact]
    public async Task List_NamesEveryScript_AndHelpShowsItsHeader()
    {
        var scripts = Directory.GetFiles(Path.Combine(BuildOutput.Root, "scripts", "lua"), "*.lua").Select(Path.GetFileNameWithoutExtension).ToArray();
        var list = (await CtlAsync("list", "--json")).Rows.ConvertAll(row => ((string)row["command"]!).Split(' ')[0]);

        Assert.All(scripts, script => Assert.Contains(script, list));
        Assert.Contains("create-user", list);
        foreach (var script in scripts)
        {
            var text = await File.ReadAllTextAsync(RedisCli.FileOf(script!));
            Assert.Matches(@"^-- Purpose: .+\n(-- .*\n)*-- Usage:   " + script + @"\b.*\n(-- .*\n)*-- KEYS .*\n(-- .*\n)*-- ARGV.*\n(-- .*\n)*-- Returns .*\n(-- .*\n)*-- Writes ", text);
        }
        Assert.Contains("ADD_ALERT", (await CtlAsync("help", "announce")).Output);
        Assert.Equal(2, (await CtlAsync("help", "nonsense")).ExitCode);
    }

    [Fact]
    public async Task Help_OfACommand_NamesItsArgumentsOptionsAndExitCodes()
    {
        var help = await CtlAsync("trim", "--help");

        Assert.Equal(0, help.ExitCode);
        Assert.Contains("masctl trim <CONVERSATION> <KEEP>", help.Output);
        Assert.Contains("how many of the newest messages stay", help.Output);
        Assert.Contains("--json", help.Output);
        Assert.Contains("Exit codes:", help.Output);
    }

    [Theory]
    [InlineData("us", "users")]
    [InlineData("fsck --re", "--repair")]
    [InlineData("rename alice ", "email nick")]
    [InlineData("completion ", "bash zsh")]
    public async Task Completion_InBash_SuggestsCommandsOptionsAndChoices(string typed, string suggested)
    {
        var script = $"""
            masctl() {"{"} {Path.Combine(BuildOutput.Root, "scripts", "masctl")} "$@"; {"}"}
            eval "$(masctl completion bash)"
            COMP_WORDS=(masctl {typed}{(typed.EndsWith(' ') ? "''" : "")}); COMP_CWORD=$(({"${#COMP_WORDS[@]}"} - 1))
            _masctl
            printf '%s\n' "{"${COMPREPLY[@]}"}"
            """;
        using var folder = new TempFolder("completion");
        await using var bash = ChildProcess.Start("bash", "bash", ["-c", script], folder.Path);
        await bash.WaitForExitAsync();

        Assert.Superset(suggested.Split(' ').ToHashSet(), bash.Lines.Where(line => !line.StartsWith('-') || typed.Contains('-')).ToHashSet());
    }

    [Fact]
    public async Task Output_OnATerminalOnly_IsColoured()
    {
        var alice = await on.Mas.NewUserAsync("alice");
        var piped = await CtlAsync("users");
        Assert.DoesNotContain('\u001b', piped.Output + piped.Notes);

        var masctl = Path.Combine(BuildOutput.Root, "scripts", "masctl");
        using var folder = new TempFolder("terminal");
        // script(1) runs a command on a terminal of its own.
        await using var terminal = ChildProcess.Start("script", "script", ["-qec", $"stty cols 40; {masctl} users", "/dev/null"], folder.Path,
            new Dictionary<string, string?> { ["MAS_Redis__Endpoint"] = on.Mas.Redis.Endpoint, ["TERM"] = "xterm-256color", ["NO_COLOR"] = null });
        await terminal.WaitForExitAsync();
        Assert.Contains(terminal.Lines, line => line.Contains("\u001b[1m", StringComparison.Ordinal));
        Assert.Contains(terminal.Lines, line => line.Contains(alice.Email, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Users_AsTableAndAsJson_ShowTheSame()
    {
        var alice = await on.Mas.NewUserAsync("alice");

        var table = await CtlAsync("users", alice.Nick);
        var row = Assert.Single((await CtlAsync("users", alice.Nick, "--json")).Rows);

        Assert.Equal(alice.Email, (string?)row["email"]);
        Assert.Matches($@"(?m)^ *{alice.UserId} +{alice.Nick} +{alice.Email} ", table.Output);
        Assert.Contains("never", table.Output);
        Assert.Contains("(1 row)", table.Output);
    }

    [Fact]
    public async Task CreateUser_WithAPasswordOnStandardInput_MayLogIn()
    {
        var nick = "op" + Guid.NewGuid().ToString("N")[..8];
        var run = await CtlAsync(["create-user", "--nick", nick, "--email", $"{nick}@example.org", "--name", "Olga Õ", "--Accounts:InitialGroups=lounge"], "correct horse battery\n");

        Assert.True(run.ExitCode == 0, run.Notes);
        using var http = new MasHttp(on.Mas.Address);
        var login = await http.LoginAsync(nick, $"{nick}@example.org", "correct horse battery");
        var client = await on.Mas.ConnectAsync(login);
        await client.WaitAsync(view => view.Group("lounge") is not null, "the initial group");
        Assert.Equal("Olga Õ", (string?)await on.Db.HashGetAsync($"user:{login.UserId}", "name"));

        var again = await CtlAsync(["create-user", "--nick", nick, "--email", "x@example.org"], "correct horse battery\n");
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("taken", again.Notes);
        Assert.False(await on.Db.HashExistsAsync("index:user", "x@example.org"));
    }

    [Fact]
    public async Task WhatDestroys_WithNobodyToAsk_NeedsYes()
    {
        var alice = await on.Mas.NewClientAsync("alice");

        var refused = await CtlAsync("end-session", alice.UserId);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--yes", refused.Notes);
        await alice.OkAsync("GET_PROFILE");

        Assert.Equal(0, (await CtlAsync("end-session", alice.UserId, "--yes")).ExitCode);
        Assert.Equal("LOGGED_OUT", (await alice.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
    }

    [Fact]
    public async Task WrongUse_IsSaidWithExitCode2_AndARefusalWith1()
    {
        Assert.Equal(2, (await CtlAsync("nonsense")).ExitCode);
        Assert.Equal(2, (await CtlAsync("trim", "1")).ExitCode);
        Assert.Equal(2, (await CtlAsync("users", "--colour")).ExitCode);
        Assert.Equal(2, (await CtlAsync("conversations", "--sort", "colour")).ExitCode);
        Assert.Equal(2, (await CtlAsync("users", "--limit", "0")).ExitCode);
        Assert.Equal(0, (await CtlAsync("users", "--", "--colour")).ExitCode);
        var refused = await CtlAsync("user", "nobody-of-this-name");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("NOT_FOUND", refused.Notes);
    }

    [Fact]
    public async Task ResetToken_WithoutOne_MakesOneThatWorks()
    {
        var alice = await on.Mas.NewUserAsync("alice");
        var token = (string)Assert.Single((await CtlAsync("reset-token", alice.Nick, "--json")).Rows)["token"]!;

        using var http = new MasHttp(on.Mas.Address);
        Assert.True((await http.PostAsync("/api/reset-password", new { token, password = "another horse battery" })).Json.Value<bool>("success"));
    }

    [Fact]
    public async Task Conversations_SortedByMembers_BeginWithTheLargest()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var bob = await on.Mas.NewClientAsync("bob");
        var (big, _) = await on.NewGroupAsync(alice, bob);
        var (small, _) = await on.NewGroupAsync(alice);

        var names = (await CtlAsync("conversations", "--sort", "members", "--limit", "1000", "--json")).Rows.ConvertAll(row => (string)row["name"]!);
        Assert.True(names.IndexOf(big) < names.IndexOf(small), string.Join(' ', names));
        Assert.True(names.IndexOf(big) >= 0);
    }

    [Fact]
    public async Task Fsck_OfALiveSystem_MendsWithRepairAndSaysWhatItDoes()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        await on.NewGroupAsync(alice);
        await on.Db.HashDeleteAsync("index:user", alice.Login.Nick);
        await on.Db.SetAddAsync($"windowlist:{alice.UserId}", 77);
        await on.Db.HashSetAsync("index:user", "odd \"name\"", "999");

        var found = await CtlAsync("fsck", "--json");
        Assert.Equal(1, found.ExitCode);
        Assert.Contains(found.Rows, row => (string?)row["kind"] == "index-misses");
        Assert.Contains(found.Rows, row => (string?)row["kind"] == "window-gone");

        var repaired = await CtlAsync("fsck", "--repair");
        Assert.True(repaired.ExitCode == 0, repaired.Output + repaired.Notes);
        Assert.Contains("fsck finds nothing", repaired.Output);
        Assert.Contains($"HSETNX index:user {alice.Login.Nick} {alice.UserId}", repaired.Notes);
        Assert.Equal(alice.UserId, (string?)await on.Db.HashGetAsync("index:user", alice.Login.Nick));
        Assert.False(await on.Db.HashExistsAsync("index:user", "odd \"name\""));
    }

    [Fact]
    public async Task Fsck_ThatMendsWhatASessionShows_LetsItBeginAgain()
    {
        var alice = await on.Mas.NewClientAsync("alice");
        var (name, id) = await on.NewGroupAsync(alice);
        // As when one master has lost what another one kept.
        await on.Db.HashDeleteAsync($"conversationmembers:{id}", alice.UserId);

        var repaired = await CtlAsync("fsck", "--repair");

        Assert.True(repaired.ExitCode == 0, repaired.Output + repaired.Notes);
        Assert.Equal("SERVER_STOPPING", (await alice.Ended.WaitAsync(Eventually.DefaultDeadline)).Code);
        var back = await on.Mas.ConnectAsync(alice.Login, new MasClientOptions { Resume = alice.LastView });
        Assert.Null(back.Read(view => view.Group(name)));
    }

    private Task<MasCtlRun> CtlAsync(params string[] arguments) => CtlAsync(arguments, null);

    private Task<MasCtlRun> CtlAsync(string[] arguments, string? input) => MasCtlRun.RunAsync(on.Mas.Redis.Endpoint, input, arguments);
}
