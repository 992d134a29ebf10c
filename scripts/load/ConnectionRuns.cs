using System.Diagnostics;
using System.Text.Json;
using Mas.Tests.Client;
using Mas.Tests.Harness;

namespace Mas.Load;

/// <summary>Many connections at once, and many that do nothing.</summary>
internal static class ConnectionRuns
{
    private const int LoadProcesses = 2;

    /// <summary>All members of one group log in and start a session at the same time.</summary>
    /// <returns>Seconds until the last one's view is complete.</returns>
    public static async Task<double> LogInAsync(int users)
    {
        await using var target = await MasTarget.StartAsync(1, appendOnly: false);
        await using var setup = await MasSetup.CreateAsync(target.System, users);
        await setup.GroupAsync("everybody", setup.Users);
        await setup.SettleAsync();
        using var http = new MasHttp(target.System.Address);
        var begun = Stopwatch.GetTimestamp();
        var logins = new MasLogin[users];
        await Parallel.ForEachAsync(Enumerable.Range(0, users), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
            logins[i] = await http.LoginAsync(setup.Users[i].Nick, setup.Users[i].Email, setup.Users[i].Password));
        await using var held = await ConnectAsync([.. logins.Select((login, i) => setup.Plan(login, i, 1, false))]);
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    /// <summary>Sessions with many windows reconnect at once, resuming with <c>cached</c>.</summary>
    /// <returns>Seconds until the last one's view is complete.</returns>
    public static async Task<double> ReconnectAsync(int sessions, int windows)
    {
        const int GroupSize = 20;
        await using var target = await MasTarget.StartAsync(1, appendOnly: false);
        await using var setup = await MasSetup.CreateAsync(target.System, sessions);
        for (var group = 0; group < sessions * windows / GroupSize; group++)
        {
            var members = Enumerable.Range(0, GroupSize).Select(i => setup.Users[(group * 7 + i * (sessions / GroupSize) + group / (sessions / GroupSize)) % sessions]).Distinct().ToList();
            await setup.GroupAsync($"g{group}", members);
        }
        await setup.SettleAsync();
        var cached = ",\"cached\":{" + string.Join(',', Enumerable.Range(1, windows * 2).Select(id => $"\"{id}\":1000000000")) + "}";
        var clients = setup.Users.Select((user, i) => setup.Plan(user, i, 1, false, cached)).ToList();
        await using (var first = await ConnectAsync(clients))
        {
        }
        var begun = Stopwatch.GetTimestamp();
        await using var again = await ConnectAsync(clients);
        return Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    /// <summary>Connections that do nothing, each of a user with one window.</summary>
    /// <returns>Resident bytes of Mas.Server for each.</returns>
    public static async Task<double> IdleAsync(int connections)
    {
        const int UsersOf = 50;
        await using var target = await MasTarget.StartAsync(1, appendOnly: false);
        var users = Math.Max(1, connections / UsersOf);
        await using var setup = await MasSetup.CreateAsync(target.System, users);
        for (var group = 0; group < users; group += 10)
            await setup.GroupAsync($"g{group}", [.. setup.Users.Skip(group).Take(10)]);
        await setup.SettleAsync();
        var pid = target.System.Servers[0].Process.Id;
        await using (var warm = await ConnectAsync([.. Enumerable.Range(0, 200).Select(i => setup.Plan(setup.Users[i % users], 0, 1, false))]))
        {
        }
        var before = ProcessUsage.Of(pid).ResidentBytes;
        await using var held = await ConnectAsync([.. Enumerable.Range(0, connections).Select(i => setup.Plan(setup.Users[i % users], 0, 1, false))]);
        // The garbage collector takes its time to free what the starts needed.
        await Task.Delay(TimeSpan.FromSeconds(20));
        return (ProcessUsage.Of(pid).ResidentBytes - before) / (double)connections;
    }

    private static async Task<Held> ConnectAsync(IReadOnlyList<PlannedClient> clients)
    {
        var held = new Held();
        for (var i = 0; i < LoadProcesses; i++)
        {
            var process = ChildProcess.Start($"load {i + 1}", Environment.ProcessPath!, [.. ThisProgram.Arguments, "load"], Path.GetTempPath());
            held.Processes.Add(process);
            await process.WriteLineAsync(JsonSerializer.Serialize(
                new LoadPlan("mas", [.. clients.Where((_, index) => index % LoadProcesses == i)], 150, 0, 1, 0, 0)));
        }
        foreach (var process in held.Processes)
            await Eventually.HoldsAsync(() => process.Lines.Contains("ready") || process.HasExited, $"ready\n{process.LogTail}", TimeSpan.FromMinutes(5));
        return held.Processes.All(process => !process.HasExited) ? held : throw new InvalidOperationException(held.Processes[0].LogTail);
    }

    private sealed class Held : IAsyncDisposable
    {
        public List<ChildProcess> Processes { get; } = [];

        public async ValueTask DisposeAsync()
        {
            foreach (var process in Processes)
                await process.DisposeAsync();
        }
    }
}
