using System.CommandLine;
using System.CommandLine.Help;

namespace Mas.Load;

/// <summary>The command line of <c>scripts/bench</c>.</summary>
internal static class BenchCommandLine
{
    private const int Failed = 1;
    private const int WrongUse = 2;
    private const int HelpWidthInFiles = 120;

    private const string Description = """
        Measures MAS on this machine, over loopback. Latencies count from when a message should have been sent.
        Scenarios: group-100, group-1000, groups-100x10, pairs-1000 (closed loop), steady-1000 (1,000 messages a second, open loop),
        irc-in and irc-steady (the same with lines of an IRC server to 100 users, each with a connection and a channel of its own).
        SignalR handles one invocation of a connection after the other, which is its default and keeps their order.
        Exit codes: 0 done; 1 a target delivered nothing; 2 wrong arguments.
        """;

    private static readonly Option<int> Runs = Number("--runs", 3, "Runs of each scenario. The median counts.");
    private static readonly Option<int> Seconds = Number("--seconds", 5, "Measured time of a run.");
    private static readonly Option<int> WarmUp = Number("--warm-up", 5, "Seconds before the measured time.");
    private static readonly Option<int> Bytes = Number("--bytes", 150, "Length of a message's text.");
    private static readonly Option<int> Servers = Number("--servers", 1, "Mas.Server processes.");
    private static readonly Option<int> Workers = Number("--workers", 1, "Mas.Loopback processes.");
    private static readonly Option<int?> Inboxes = new("--inboxes") { Description = "Inboxes that the workers share; as many as workers unless given.", HelpName = "N", Recursive = true };
    private static readonly Option<int> LoadProcesses = Number("--load-processes", 2, "Processes that make the load.");
    private static readonly Option<int> Connections = Number("--connections", 10_000, "Connections of idle.");
    private static readonly Option<string> AppendOnly = new("--aof") { Description = "MAS's Redis with its append-only file.", DefaultValueFactory = _ => "no", Recursive = true };
    private static readonly Option<bool> Json = new("--json") { Description = "Print each result as a line of JSON.", Recursive = true };

    /// <summary>Parses the arguments and runs what they ask for.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var result = Build().Parse(args);
        if (result.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"scripts/bench: {result.Errors[0].Message} See scripts/bench --help.");
            return WrongUse;
        }
        try
        {
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (NothingDeliveredException e)
        {
            await Console.Error.WriteLineAsync($"scripts/bench: {e.Message}");
            return Failed;
        }
    }

    private static Command Build()
    {
        AppendOnly.AcceptOnlyFromAmong("yes", "no");
        var root = new Command("bench", Description) { Runs, Seconds, WarmUp, Bytes, Servers, Workers, Inboxes, LoadProcesses, Connections, AppendOnly, Json };
        var help = new HelpOption("--help", "-h") { Description = "Show this help.", Recursive = true };
        if (Console.IsOutputRedirected)
            ((HelpAction)help.Action!).MaxWidth = HelpWidthInFiles;
        root.Options.Add(help);
        root.Subcommands.Add(OfScenarios("run", "Runs scenarios against MAS. This is what scripts/bench does without a command.", BenchCommands.RunAsync));
        root.Subcommands.Add(OfScenarios(
            "compare", "Runs them against MAS, socket.io and SignalR with Redis, and plain Kestrel, in turn; the IRC scenarios against MAS and The Lounge.", BenchCommands.CompareAsync));
        root.Subcommands.Add(BuildVersus());
        root.Subcommands.Add(New("storms", "Logins and reconnects of many users at once.", BenchCommands.StormsAsync));
        root.Subcommands.Add(New("idle", "Memory of a connection that does nothing.", BenchCommands.IdleAsync));
        var scenarios = Scenarios();
        root.Arguments.Add(scenarios);
        root.SetAction(result => RunAsync(result, scenarios, BenchCommands.RunAsync));
        return root;
    }

    private static Command BuildVersus()
    {
        var folder = new Argument<DirectoryInfo>("FOLDER") { Description = "A checkout of another version, built in the same configuration as this one." };
        folder.AcceptExistingOnly();
        var command = OfScenarios("versus", "Runs scenarios against this version of MAS and another one, in turn, and prints the ratios of the medians.",
            (result, options) => BenchCommands.VersusAsync(result.GetRequiredValue(folder), options));
        command.Arguments.Insert(0, folder);
        return command;
    }

    private static Command OfScenarios(string name, string description, Func<BenchOptions, Task> run) => OfScenarios(name, description, (_, options) => run(options));

    private static Command OfScenarios(string name, string description, Func<ParseResult, BenchOptions, Task> run)
    {
        var scenarios = Scenarios();
        var command = new Command(name, description) { scenarios };
        command.SetAction(result => RunAsync(result, scenarios, options => run(result, options)));
        return command;
    }

    private static Command New(string name, string description, Func<BenchOptions, Task> run)
    {
        var command = new Command(name, description);
        command.SetAction(result => RunAsync(result, null, run));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, Argument<string[]>? scenarios, Func<BenchOptions, Task> run)
    {
        var names = scenarios is null ? [] : result.GetValue(scenarios) ?? [];
        var workers = result.GetValue(Workers);
        await run(new BenchOptions
        {
            Scenarios = names is [] ? Scenario.All : [.. names.Select(Scenario.Named)],
            Runs = result.GetValue(Runs),
            Seconds = result.GetValue(Seconds),
            WarmUpSeconds = result.GetValue(WarmUp),
            MessageBytes = result.GetValue(Bytes),
            Servers = result.GetValue(Servers),
            Workers = workers,
            Inboxes = result.GetValue(Inboxes) ?? workers,
            LoadProcesses = result.GetValue(LoadProcesses),
            Connections = result.GetValue(Connections),
            AppendOnly = result.GetValue(AppendOnly) == "yes",
            IsJson = result.GetValue(Json),
        });
        return 0;
    }

    private static Argument<string[]> Scenarios()
    {
        var scenarios = new Argument<string[]>("SCENARIO") { Arity = ArgumentArity.ZeroOrMore, Description = "Which scenarios; all unless given.", HelpName = "SCENARIO" };
        scenarios.AcceptOnlyFromAmong([.. Scenario.All.Select(scenario => scenario.Name)]);
        return scenarios;
    }

    private static Option<int> Number(string name, int otherwise, string description)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => otherwise, Recursive = true };
        option.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int>() < 1)
                result.AddError($"{name} takes a number above 0.");
        });
        return option;
    }
}
