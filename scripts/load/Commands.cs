namespace Mas.Load;

/// <summary>What <c>scripts/bench</c> can be asked for.</summary>
internal static class Commands
{
    public static Task RunAsync(string command, Options options) => command switch
    {
        "run" => RunScenariosAsync(options),
        "compare" => CompareAsync(options),
        "storms" => StormsAsync(),
        _ => IdleAsync(options),
    };

    private static async Task RunScenariosAsync(Options options)
    {
        Console.WriteLine(Report.Header);
        foreach (var scenario in ScenariosOf(options))
            await RepeatAsync("MAS", scenario, options, () => StartMasAsync(options));
    }

    private static async Task CompareAsync(Options options)
    {
        foreach (var scenario in ScenariosOf(options))
        {
            Console.WriteLine(Report.Header);
            var mas = await RepeatAsync("MAS", scenario, options, () => StartMasAsync(options));
            var ioOne = await RepeatAsync("socket.io x1", scenario, options, async () => await SocketIoTarget.StartAsync(1));
            var ioTwo = await RepeatAsync("socket.io x2", scenario, options, async () => await SocketIoTarget.StartAsync(2));
            var floor = await RepeatAsync("plain Kestrel", scenario, options, async () => await FloorTarget.StartAsync());
            if (scenario.Rate > 0)
                continue;
            var ceilings = new List<double>();
            for (var i = 0; i < options.Number("runs", 3); i++)
                ceilings.Add(await RedisCeiling.MeasureAsync(scenario.Clients, options.Number("bytes", 150)));
            var ceiling = Report.Median(ceilings);
            Console.WriteLine($"Redis alone      {scenario.Name,-15} {ceiling,10:N0}");
            Console.WriteLine(
                $"MAS is {mas / ioOne:0.00} x socket.io in one process, {mas / ioTwo:0.00} x in two, {mas / ceiling:0.00} x Redis alone, {mas / floor:0.00} x plain Kestrel");
            Console.WriteLine();
        }
    }

    private static async Task StormsAsync()
    {
        Console.WriteLine($"1,000 users log in to one group of 1,000: {await Storms.LogInAsync(1000):0.0} s");
        Console.WriteLine($"2,000 sessions with 20 windows each come back: {await Storms.ReconnectAsync(2000, 20):0.0} s");
    }

    private static async Task IdleAsync(Options options)
    {
        var connections = options.Number("connections", 10_000);
        Console.WriteLine($"{connections:N0} idle connections: {await Storms.IdleAsync(connections) / 1024:0.0} KB of Mas.Server each");
    }

    private static async Task<Target> StartMasAsync(Options options) => await MasTarget.StartAsync(options.Number("servers", 1), options.Is("aof"));

    private static async Task<double> RepeatAsync(string name, Scenario scenario, Options options, Func<Task<Target>> start)
    {
        var runs = new List<RunResult>();
        for (var i = 0; i < options.Number("runs", 3); i++)
        {
            Console.Error.Write($"\r{name} {scenario.Name}: run {i + 1} ");
            await using var target = await start();
            runs.Add(await Run.RunAsync(target, scenario, new RunOptions(
                options.Number("load-processes", 2), options.Number("bytes", 150), 2, options.Number("seconds", 5))));
        }
        Console.Error.Write("\r                                                  \r");
        Report.Print(name, scenario, runs);
        return Report.Median(runs.Select(run => run.DeliveriesPerSecond));
    }

    private static IEnumerable<Scenario> ScenariosOf(Options options) => options.Names.Count == 0
        ? Scenario.All
        : options.Names.Select(name => Array.Find(Scenario.All, scenario => scenario.Name == name) ?? throw new ArgumentException($"There is no scenario {name}."));
}
