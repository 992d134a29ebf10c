using Mas.Tests.Harness;

namespace Mas.Load;

/// <summary>socket.io with its Redis adapter, in one process or several.</summary>
internal sealed class SocketIoTarget : Target
{
    private readonly List<(ChildProcess Process, int Port)> _servers = [];
    private readonly RedisServer _redis;

    private SocketIoTarget(RedisServer redis) => _redis = redis;

    public override string Protocol => "socketio";

    public override IReadOnlyList<(string, int)> Processes =>
        [.. _servers.Select((server, i) => ($"socket.io {i + 1}", server.Process.Id)), ("redis-server", _redis.Process.Id)];

    public static async Task<SocketIoTarget> StartAsync(int processes)
    {
        var target = new SocketIoTarget(await RedisServer.StartAsync());
        var folder = Path.Combine(BuildOutput.Root, "scripts", "load", "socketio");
        for (var i = 0; i < processes; i++)
        {
            var port = FreePort.Next();
            var process = ChildProcess.Start($"socket.io {i + 1}", "node", ["server.mjs", $"{port}", $"{target._redis.Port}"], folder);
            target._servers.Add((process, port));
            await process.WaitForLineAsync("listening");
        }
        return target;
    }

    public override Task<IReadOnlyList<PlannedClient>> PrepareAsync(Scenario scenario) => Task.FromResult(scenario.Plan(
        (client, group) => $"ws://127.0.0.1:{_servers[(client + group) % _servers.Count].Port}/socket.io/?EIO=4&transport=websocket", ""));

    public override Task<RedisWork> RedisWorkAsync() => RedisWork.OfAsync(_redis);

    public override async ValueTask DisposeAsync()
    {
        foreach (var (process, _) in _servers)
            await process.DisposeAsync();
        await _redis.DisposeAsync();
    }
}
