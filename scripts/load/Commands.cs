using Mas.Tests.Harness;

namespace Mas.Load;

/// <summary>What <c>scripts/bench</c> can be asked for.</summary>
internal static class Commands
{
    public static Task RunAsync(string command, Options options) => command switch
    {
        "run" => RunScenariosAsync(options),
        "compare" => CompareAsync(options),
        "storms" => StormsAsync(options),
        _ => IdleAsync(options),
    };

    private static async Task RunScenariosAsync(Options options)
    {
        Console.WriteLine(Report.Header);
        foreach (var scenario in ScenariosOf(options))
            await MeasureAsync(scenario, options, [("MAS", () => StartMasAsync(scenario, options))]);
    }

    private static async Task CompareAsync(Options options)
    {
        foreach (var scenario in ScenariosOf(options))
        {
            Console.WriteLine(Report.Header);
            if (scenario.IsIrc)
            {
                await CompareIrcAsync(scenario, options);
                continue;
            }
            var results = await MeasureAsync(scenario, options,
            [
                ("MAS", () => StartMasAsync(scenario, options)),
                ("socket.io x1", async () => await SocketIoTarget.StartAsync(1)),
                ("socket.io x2", async () => await SocketIoTarget.StartAsync(2)),
                ("plain Kestrel", async () => await FloorTarget.StartAsync()),
            ]);
            if (scenario.Rate == 0)
                await PrintRatiosAsync(scenario, options, results);
            Console.WriteLine();
        }
    }

    private static async Task CompareIrcAsync(Scenario scenario, Options options)
    {
        var results = await MeasureAsync(scenario, options,
        [
            ("MAS", () => StartMasAsync(scenario, options)),
            ("The Lounge", () => Task.FromResult<Target>(new TheLoungeTarget(IrcPorts(options)))),
        ]);
        var speeds = results.Select(runs => Report.Median(runs.Select(run => run.DeliveriesPerSecond))).ToList();
        if (scenario.Rate == 0)
            Console.WriteLine($"MAS is {speeds[0] / speeds[1]:0.00} x The Lounge");
        Console.WriteLine();
    }

    private static async Task PrintRatiosAsync(Scenario scenario, Options options, IReadOnlyList<IReadOnlyList<RunResult>> results)
    {
        var speeds = results.Select(runs => Report.Median(runs.Select(run => run.DeliveriesPerSecond))).ToList();
        var (mas, ioOne, ioTwo, floor) = (speeds[0], speeds[1], speeds[2], speeds[3]);
        var ceilings = new List<double>();
        for (var i = 0; i < options.Number("runs", 3); i++)
            ceilings.Add(await RedisCeiling.MeasureAsync(results[0][i], scenario.Clients, options.Number("bytes", 150)));
        var ceiling = Report.Median(ceilings);
        Console.WriteLine($"Redis alone      {scenario.Name,-15} {ceiling,10:N0} ({ceilings.Min(),9:N0} - {ceilings.Max(),9:N0})");
        Console.WriteLine(
            $"MAS is {mas / ioOne:0.00} x socket.io in one process, {mas / ioTwo:0.00} x in two, {mas / ceiling:0.00} x Redis alone, {mas / floor:0.00} x plain Kestrel");
        Console.WriteLine($"The load processes took {speeds.Max() / mas:0.0} times as much from the fastest, so they do not limit MAS here.");
    }

    private static async Task StormsAsync(Options options)
    {
        await RepeatAsync("1,000 users log in to one group of 1,000", "s", options, () => Storms.LogInAsync(1000));
        await RepeatAsync("2,000 sessions with 20 windows each come back", "s", options, () => Storms.ReconnectAsync(2000, 20));
    }

    private static async Task IdleAsync(Options options)
    {
        var connections = options.Number("connections", 10_000);
        await RepeatAsync($"Memory of Mas.Server for each of {connections:N0} idle connections", "KB", options, async () => await Storms.IdleAsync(connections) / 1024);
    }

    private static async Task RepeatAsync(string what, string unit, Options options, Func<Task<double>> measure)
    {
        var runs = options.Number("runs", 3);
        var values = new List<double>();
        for (var run = 1; run <= runs; run++)
        {
            Report.Progress($"{what}: run {run} of {runs}");
            values.Add(await measure());
        }
        Report.Progress("");
        Console.WriteLine($"{what}: {Report.Median(values):0.0} {unit} ({values.Min():0.0} - {values.Max():0.0})");
    }

    private static async Task<Target> StartMasAsync(Scenario scenario, Options options) => scenario.IsIrc
        ? await MasIrcTarget.StartAsync(options.Number("servers", 1), options.Is("aof"), IrcPorts(options))
        : await MasTarget.StartAsync(
            options.Number("servers", 1), options.Is("aof"), workers: options.Number("workers", 1), inboxes: options.Number("inboxes", options.Number("workers", 1)));

    private static List<int> IrcPorts(Options options) =>
        [.. Enumerable.Range(0, options.Number("load-processes", 2)).Select(_ => FreePort.Next())];

    /// <summary>Runs all targets in turn, several times, so that what else the machine does meets them alike.</summary>
    /// <returns>For each target its runs.</returns>
    private static async Task<IReadOnlyList<IReadOnlyList<RunResult>>> MeasureAsync(
        Scenario scenario, Options options, IReadOnlyList<(string Name, Func<Task<Target>> Start)> targets)
    {
        var results = targets.Select(_ => new List<RunResult>()).ToList();
        var runs = options.Number("runs", 3);
        for (var run = 1; run <= runs; run++)
        {
            for (var i = 0; i < targets.Count; i++)
            {
                Report.Progress($"{scenario.Name}, run {run} of {runs}: {targets[i].Name}");
                await using var target = await targets[i].Start();
                results[i].Add(await Run.RunAsync(target, scenario, new RunOptions(
                    options.Number("load-processes", 2), options.Number("bytes", 150), options.Number("warm-up", 5), options.Number("seconds", 5))));
            }
        }
        Report.Progress("");
        for (var i = 0; i < targets.Count; i++)
            Report.Print(targets[i].Name, scenario, results[i]);
        return results;
    }

    private static IEnumerable<Scenario> ScenariosOf(Options options) => options.Names.Count == 0
        ? Scenario.All
        : options.Names.Select(name => Array.Find(Scenario.All, scenario => scenario.Name == name) ?? throw new ArgumentException($"There is no scenario {name}."));
}
