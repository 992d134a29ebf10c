using Mas.Server.Operator;
using Mas.Tests.Harness;

namespace Mas.Load;

/// <summary>The commands of <c>scripts/bench</c>.</summary>
internal static class BenchCommands
{
    private const string Mas = "MAS";

    public static async Task RunAsync(BenchOptions options)
    {
        foreach (var scenario in options.Scenarios)
            await MeasureAsync(scenario, options, [(Mas, () => StartMasAsync(scenario, options))]);
    }

    public static async Task CompareAsync(BenchOptions options)
    {
        foreach (var scenario in options.Scenarios)
        {
            var results = await MeasureAsync(scenario, options, [(Mas, () => StartMasAsync(scenario, options)), .. OthersFor(scenario, options)]);
            // With a given rate all deliver alike; their latencies are what differs.
            if (scenario.Rate == 0)
                await PrintRatiosAsync(scenario, options, results);
        }
    }

    /// <summary>This version of MAS against the one whose checkout is in <paramref name="folder"/>.</summary>
    public static async Task VersusAsync(DirectoryInfo folder, BenchOptions options)
    {
        var report = new Report(options.IsJson);
        foreach (var scenario in options.Scenarios)
        {
            var results = await MeasureAsync(scenario, options,
            [
                ("this", () => StartMasAsync(scenario, options)),
                (folder.Name, () => StartMasAsync(scenario, options, folder.FullName)),
            ]);
            report.PrintRatio(scenario, results[0], results[1]);
        }
    }

    public static async Task StormsAsync(BenchOptions options)
    {
        await RepeatAsync("1,000 users log in to one group of 1,000", "s", options, () => ConnectionRuns.LogInAsync(1000));
        await RepeatAsync("2,000 sessions with 20 windows each reconnect", "s", options, () => ConnectionRuns.ReconnectAsync(2000, 20));
    }

    public static Task IdleAsync(BenchOptions options) => RepeatAsync(
        $"Memory of Mas.Server for each of {options.Connections:N0} idle connections", "KB", options,
        async () => await ConnectionRuns.IdleAsync(options.Connections) / 1024);

    private static IReadOnlyList<(string Name, Func<Task<Target>> Start)> OthersFor(Scenario scenario, BenchOptions options) => scenario.IsIrc
        ? [("The Lounge", () => Task.FromResult<Target>(new TheLoungeTarget(IrcPorts(options))))]
        :
        [
            ("socket.io x1", async () => await SocketIoTarget.StartAsync(1)),
            ("socket.io x2", async () => await SocketIoTarget.StartAsync(2)),
            ("SignalR x1", async () => await SignalRTarget.StartAsync(1)),
            ("SignalR x2", async () => await SignalRTarget.StartAsync(2)),
            ("plain Kestrel", async () => await KestrelTarget.StartAsync()),
        ];

    private static async Task PrintRatiosAsync(Scenario scenario, BenchOptions options, IReadOnlyList<TargetResult> results)
    {
        var report = new Report(options.IsJson);
        foreach (var other in results.Skip(1))
            report.PrintRatio(scenario, results[0], other);
        if (scenario.IsIrc)
            return;
        var redisAlone = new List<double>();
        for (var i = 0; i < options.Runs; i++)
            redisAlone.Add(await RedisAlone.MeasureAsync(results[0].Runs[i], scenario.Clients, options.MessageBytes));
        report.PrintRatio(scenario, results[0], "Redis alone", redisAlone);
        var fastest = results.Max(result => result.Speed);
        report.PrintNote($"The load processes delivered {fastest / results[0].Speed:0.0} times as much from the fastest target, so they do not limit MAS here.");
    }

    private static async Task RepeatAsync(string what, string unit, BenchOptions options, Func<Task<double>> measure)
    {
        var values = await Terminal.Error.WithProgressAsync(what, async bar =>
        {
            var measured = new List<double>();
            for (var run = 1; run <= options.Runs; run++)
            {
                bar.Describe($"{what}: run {run} of {options.Runs}");
                bar.Report((run - 1.0) / options.Runs);
                measured.Add(await measure());
            }
            return measured;
        });
        new Report(options.IsJson).PrintValue(what, unit, values);
    }

    private static async Task<Target> StartMasAsync(Scenario scenario, BenchOptions options, string? checkout = null) => scenario.IsIrc
        ? await MasIrcTarget.StartAsync(options, IrcPorts(options), checkout)
        : await MasTarget.StartAsync(options.Servers, options.AppendOnly, workers: options.Workers, inboxes: options.Inboxes, checkout: checkout);

    private static List<int> IrcPorts(BenchOptions options) => [.. Enumerable.Range(0, options.LoadProcesses).Select(_ => FreePort.Next())];

    /// <summary>Runs all targets in turn, several times, so that other load on the machine affects them alike.</summary>
    private static async Task<IReadOnlyList<TargetResult>> MeasureAsync(
        Scenario scenario, BenchOptions options, IReadOnlyList<(string Name, Func<Task<Target>> Start)> targets)
    {
        var results = targets.Select(target => new TargetResult(target.Name, [])).ToList();
        await Terminal.Error.WithProgressAsync(scenario.Name, async bar =>
        {
            for (var run = 0; run < options.Runs; run++)
            {
                for (var i = 0; i < targets.Count; i++)
                {
                    bar.Describe($"{scenario.Name}, run {run + 1} of {options.Runs}: {targets[i].Name}");
                    bar.Report((double)(run * targets.Count + i) / (options.Runs * targets.Count));
                    await using var target = await targets[i].Start();
                    results[i].Runs.Add(await ScenarioRun.RunAsync(target, scenario, options));
                }
            }
            return results;
        });
        new Report(options.IsJson).PrintResults(scenario, results);
        return results;
    }
}
