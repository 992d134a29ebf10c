using Mas.Tests.Harness;

namespace Mas.Load;

/// <summary>ASP.NET Core SignalR with its Redis backplane, in one process or several.</summary>
internal sealed class SignalRTarget : Target
{
    private readonly List<(ChildProcess Process, int Port)> _servers = [];
    private readonly RedisServer _redis;

    private SignalRTarget(RedisServer redis) => _redis = redis;

    public override string Protocol => "signalr";

    public override IReadOnlyList<(string, int)> Processes =>
        [.. _servers.Select((server, i) => ($"SignalR {i + 1}", server.Process.Id)), ("redis-server", _redis.Process.Id)];

    public static async Task<SignalRTarget> StartAsync(int processes)
    {
        var target = new SignalRTarget(await RedisServer.StartAsync());
        for (var i = 0; i < processes; i++)
        {
            var port = FreePort.Next();
            var assembly = BuildOutput.AssemblyOf(Path.Combine("scripts", "load", "signalr"), "Mas.Load.SignalR");
            var process = ChildProcess.Start($"SignalR {i + 1}", "dotnet", [assembly, $"{port}", $"{target._redis.Port}"], Path.GetTempPath());
            target._servers.Add((process, port));
            await process.WaitForLineAsync("listening");
        }
        return target;
    }

    public override Task<IReadOnlyList<PlannedClient>> PrepareAsync(Scenario scenario) => Task.FromResult(scenario.Plan(
        (client, group) => $"ws://127.0.0.1:{_servers[(client + group) % _servers.Count].Port}/chat", SignalRProtocol.Hello));

    public override Task<RedisWork> RedisWorkAsync() => RedisWork.OfAsync(_redis);

    public override async ValueTask DisposeAsync()
    {
        foreach (var (process, _) in _servers)
            await process.DisposeAsync();
        await _redis.DisposeAsync();
    }
}
