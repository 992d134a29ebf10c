using System.Diagnostics;
using Mas.Tests.Harness;
using StackExchange.Redis;

namespace Mas.Tests.Operator;

/// <summary>scripts/backup of a live system, and scripts/restore of what it wrote.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task Backup_OfALiveSystem_RestoresIntoANewFolderAsItWas()
    {
        await using var mas = await MasSystem.StartAsync();
        var alice = await mas.NewClientAsync("alice");
        await alice.OkAsync("CREATE", new { name = "tea" });
        await alice.WaitAsync(view => view.Group("tea") is not null, "the group");
        for (var i = 0; i < 20; i++)
            await alice.SayAsync(alice.Window("tea"), $"line {i}");
        using var folder = new TempFolder("backup");

        var copy = (await RunAsync(mas.Redis.Endpoint, "backup", folder.Path)).Trim();
        await alice.SayAsync(alice.Window("tea"), "after the copy");
        var data = Path.Combine(folder.Path, "data");
        Assert.Contains("keys", await RunAsync(mas.Redis.Endpoint, "restore", copy, data));

        // A Redis as redis.conf sets it, from that folder alone.
        await using var restored = await RedisServer.StartAsync(settings: ["--dir", data, "--appendonly", "yes"]);
        var messages = (await restored.Database.ListRangeAsync("conversationmsgs:1")).ToStringArray();
        Assert.Equal((await mas.Redis.Database.ListRangeAsync("conversationmsgs:1")).ToStringArray()[1..], messages);
        Assert.Equal(
            (await mas.Redis.Database.HashGetAllAsync($"user:{alice.UserId}")).ToStringDictionary(),
            (await restored.Database.HashGetAllAsync($"user:{alice.UserId}")).ToStringDictionary());
        // What was live then is over now; a server would sweep it away.
        await Fsck.AssertCleanAsync(restored);
    }

    [Fact]
    public async Task Backup_WithKeep_RemovesOlderCopiesOnly()
    {
        await using var redis = await RedisServer.StartAsync();
        using var folder = new TempFolder("backup");
        foreach (var name in new[] { "mas-20200101T000000Z.rdb", "mas-20210101T000000Z-aaaa.rdb", "mas-20210101T000000Z-bbbb.rdb", "other.rdb" })
            await File.WriteAllTextAsync(Path.Combine(folder.Path, name), "");

        var copy = (await RunAsync(redis.Endpoint, "backup", "--keep", "2", folder.Path)).Trim();

        string?[] expected = ["mas-20210101T000000Z-aaaa.rdb", "mas-20210101T000000Z-bbbb.rdb", Path.GetFileName(copy), "other.rdb"];
        Assert.Equal(expected.Order(StringComparer.Ordinal), Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("-rw-------", Mode(copy));
    }

    [Fact]
    public async Task Restore_IntoAFolderWithFiles_ChangesNothing()
    {
        using var folder = new TempFolder("backup");
        var copy = Path.Combine(folder.Path, "mas.rdb");
        var data = Path.Combine(folder.Path, "data");
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(copy, "no copy at all");
        await File.WriteAllTextAsync(Path.Combine(data, "precious"), "x");

        Assert.Contains("not empty", (await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync("", "restore", copy, data))).Message);
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(data, "precious")));

        var other = Path.Combine(folder.Path, "other");
        Assert.Contains("can't read", (await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync("", "restore", copy, other))).Message);
        Assert.Empty(Directory.GetFileSystemEntries(other));
    }

    private static string Mode(string file) => OperatingSystem.IsWindows()
        ? ""
        : File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite) ? "-rw-------" : $"{File.GetUnixFileMode(file)}";

    private static async Task<string> RunAsync(string endpoint, string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(BuildOutput.Root, "scripts", script), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MAS_Redis__Endpoint"] = endpoint;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync(deadline.Token);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{script}: {await output}{await errors}");
    }
}
