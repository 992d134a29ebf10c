using System.Globalization;
using System.Text.RegularExpressions;
using Mas.Tests.Client;
using Mas.Tests.EndToEnd;
using Mas.Tests.Harness;

namespace Mas.Tests.Operator;

/// <summary><c>scripts/run</c>: what a newcomer starts, and then kills to see whether it is true.</summary>
public sealed partial class RunScriptTests : IAsyncLifetime, IDisposable
{
    private readonly TempFolder _folder = new("run");
    private readonly Uri _address = new($"http://127.0.0.1:{FreePort.Next()}");
    private ChildProcess _script = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (var file in new[] { "scripts/run", "scripts/lib/ground.sh", "redis.conf" })
        {
            var copy = Path.Combine(_folder.Path, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(BuildOutput.Root, file), copy);
        }
        var settings = Path.Combine(_folder.Path, "redis.conf");
        await File.WriteAllTextAsync(settings, Port().Replace(await File.ReadAllTextAsync(settings), $"port {FreePort.Next()}"));
        foreach (var project in new[] { "Mas.Server", "Mas.Loopback" })
            File.CreateSymbolicLink(Path.Combine(_folder.Path, project), Path.Combine(BuildOutput.Root, project));
        _script = ChildProcess.Start("scripts/run", Path.Combine(_folder.Path, "scripts/run"), ["--no-build", "--no-irc"], _folder.Path, new Dictionary<string, string?>
        {
            ["MAS_Server__Url"] = _address.GetLeftPart(UriPartial.Authority),
            ["MAS_Redis__Endpoint"] = null,
        });
        try
        {
            await _script.WaitForLineAsync("MAS is ready: ", TimeSpan.FromSeconds(90));
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _script.StopAsync();
        await _script.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EachKilled_StartsAgain_AndWhatWasSaidIsThere()
    {
        using var http = new MasHttp(_address);
        var login = await http.RegisterAndLoginAsync("newcomer");
        await using var before = await MasClient.ConnectAsync(_address, login);
        var window = await before.CreateAsync("first");
        var gid = await before.SayAsync(window, "Does it last?");

        foreach (var name in new[] { "loopback", "redis", "server" })
        {
            ProcessSignals.Send(Running()[name], ProcessSignal.Kill);
            await _script.WaitForLineAsync($"{name} has ended by itself (exit code 137) and is started again");
        }

        await Eventually.HoldsAsync(http.IsReadyAsync, "everything answers again");
        await using var after = await MasClient.ConnectAsync(_address, login);
        Assert.Equal("Does it last?", after.Read(view => view.Windows[window].Messages[gid]).Body);
        await after.SayAsync(window, "It does.");
    }

    [Fact]
    public async Task Run_ProcessKilledThreeTimesInAMinute_StopsEverything()
    {
        for (var times = 1; times <= 2; times++)
        {
            var before = Running()["loopback"];
            ProcessSignals.Send(before, ProcessSignal.Kill);
            await Eventually.HoldsAsync(() => Running()["loopback"] != before, "it is started again");
        }
        ProcessSignals.Send(Running()["loopback"], ProcessSignal.Kill);

        await _script.WaitForLineAsync("loopback has ended by itself (exit code 137); see its lines above. Everything else is stopped.");
        await _script.WaitForExitAsync();
        Assert.Equal(1, _script.ExitCode);
        Assert.Empty(Running());
    }

    [GeneratedRegex("^port .*$", RegexOptions.Multiline)]
    private static partial Regex Port();

    /// <summary>By name, the process ids that the script notes.</summary>
    private Dictionary<string, int> Running() => File.ReadAllLines(Path.Combine(_folder.Path, "data", "run.pids"))
        .Select(line => line.Split(' ')).Where(parts => parts.Length == 2).ToDictionary(parts => parts[0], parts => int.Parse(parts[1], CultureInfo.InvariantCulture));
}
