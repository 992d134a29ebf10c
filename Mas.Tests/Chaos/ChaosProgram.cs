using System.CommandLine;
using System.CommandLine.Help;
using Mas.Server.Operator;
using Newtonsoft.Json;
using Newtonsoft.Json.Serialization;
using Spectre.Console;

namespace Mas.Tests.Chaos;

/// <summary><c>scripts/chaos</c>: breaks what MAS is made of for as long as it is told to, and checks its promises.</summary>
internal static class ChaosProgram
{
    private const int Broken = 1;
    private const int WrongUse = 2;
    private const int HelpWidthInFiles = 120;

    private const string Description = """
        Runs two servers, two workers and a Redis of its own, set as redis.conf sets it, and lets users chat. Meanwhile it kills, freezes
        and restarts servers, workers and Redis, cuts, delays, blocks and refuses their connections, and fills Redis. After each round it
        waits until everything has settled, and checks that every acknowledged message is in the history exactly once and in order, that
        each client's view is that of a new login, that no session, outbox or inbox entry is left behind, that fsck finds nothing, and
        that no process has logged an error.
        Exit codes: 0 all promises were kept; 1 one was broken, logs and a copy of Redis are in artifacts/chaos; 2 wrong arguments.
        """;

    private static readonly Option<bool> Cluster = new("--cluster")
    {
        Description = "Use a Redis Cluster of three masters and three replicas, and kill, freeze and replace its masters. What docs/operations/scaling.md "
            + "says may be lost is not counted as broken, and fsck --repair runs after each round.",
    };

    private static readonly Option<int> WaitReplicas = Number("--wait-replicas", 0, 0, "Redis:WaitReplicas. With 1, nothing acknowledged may be lost on a cluster.");
    private static readonly Option<int?> Seed = new("--seed") { Description = "Chooses the faults and what users do; random unless given.", HelpName = "N" };
    private static readonly Option<double> Minutes = new("--minutes") { Description = "The last round begins within this time.", HelpName = "M", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> Round = Number("--round", 20, 1, "Seconds of faults in each round.");
    private static readonly Option<int> Users = Number("--users", 12, 1, "Users of a round; at least as many as groups.");
    private static readonly Option<int> Groups = Number("--groups", 6, 1, "Groups of a round.");
    private static readonly Option<bool> Json = new("--json") { Description = "Print the result as JSON to standard output, and what happens to standard error." };

    /// <summary>Runs <c>scripts/chaos</c> with its arguments; the exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var help = new HelpOption("--help", "-h") { Description = "Show this help." };
        if (Console.IsOutputRedirected)
            ((HelpAction)help.Action!).MaxWidth = HelpWidthInFiles;
        var command = new Command("chaos", Description) { Cluster, WaitReplicas, Seed, Minutes, Round, Users, Groups, Json, help };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Users) < result.GetValue(Groups))
                result.AddError("There must be at least as many users as groups.");
        });
        command.SetAction(RunAsync);
        var parsed = command.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            await Console.Error.WriteLineAsync($"scripts/chaos: {parsed.Errors[0].Message} See scripts/chaos --help.");
            return WrongUse;
        }
        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(ParseResult arguments)
    {
        var seed = arguments.GetValue(Seed) ?? Random.Shared.Next(1_000_000);
        var options = new ChaosOptions
        {
            Seed = seed,
            OnCluster = arguments.GetValue(Cluster),
            WaitReplicas = arguments.GetValue(WaitReplicas),
            Duration = TimeSpan.FromMinutes(arguments.GetValue(Minutes)),
            RoundDuration = TimeSpan.FromSeconds(arguments.GetValue(Round)),
            Users = arguments.GetValue(Users),
            Groups = arguments.GetValue(Groups),
            ArtifactsFolder = Path.GetFullPath(Path.Combine("artifacts", "chaos", $"seed-{seed}")),
        };
        var asJson = arguments.GetValue(Json);
        // The bar and the lines above it share a console.
        var console = asJson ? Terminal.Error : Terminal.Output;
        console.WriteLine($"seed {seed}");
        var result = await console.WithProgressAsync("chaos", bar => new ChaosRun(options, line =>
        {
            lock (console)
                console.Write(new Text(line.Text + "\n", StyleOf(line.Kind)));
            bar.Report(Math.Min(1, line.At / options.Duration));
        }).RunAsync());
        if (asJson)
            PrintJson(options, result);
        else
            Print(options, result);
        return result.Violations.Count == 0 ? 0 : Broken;
    }

    private static void Print(ChaosOptions options, ChaosResult result)
    {
        var console = Terminal.Output;
        console.WriteLine($"seed {options.Seed}: {result.Rounds} rounds, {result.Faults} faults, {result.Acknowledged} messages acknowledged");
        if (result.Violations.Count == 0)
        {
            console.WriteLine("All promises were kept.", StyleOf(ChaosLineKind.Kept));
            return;
        }
        console.WriteLine($"Promises were broken in round {result.Rounds}:", StyleOf(ChaosLineKind.Broken));
        foreach (var violation in result.Violations)
            console.WriteLine($"* {violation}");
        console.WriteLine($"The logs and a copy of Redis are in {options.ArtifactsFolder}.");
    }

    private static void PrintJson(ChaosOptions options, ChaosResult result) => Terminal.Output.Profile.Out.Writer.WriteLine(JsonConvert.SerializeObject(
        new
        {
            options.Seed,
            result.Rounds,
            result.Faults,
            result.Acknowledged,
            result.Violations,
            Artifacts = result.Violations.Count > 0 ? options.ArtifactsFolder : null,
        },
        new JsonSerializerSettings { ContractResolver = new CamelCasePropertyNamesContractResolver() }));

    private static Style StyleOf(ChaosLineKind kind) => kind switch
    {
        ChaosLineKind.Broken => new Style(Color.Red),
        ChaosLineKind.Kept => new Style(Color.Green),
        _ => new Style(decoration: Decoration.Dim),
    };

    private static Option<int> Number(string name, int otherwise, int least, string description)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int>() < least)
                result.AddError($"{name} takes a number from {least}.");
        });
        return option;
    }
}
