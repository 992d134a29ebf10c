using System.CommandLine;
using Mas.Core.Operator;
using Spectre.Console;

namespace Mas.Server.Operator;

/// <summary><c>masctl import</c>: JSON lines from standard input or from a file.</summary>
internal static class ImportCommand
{
    internal static Command Build(AdminScript script, CtlRunner runner)
    {
        var path = new Argument<string>("FILE") { Description = "What export wrote; - for standard input." };
        var command = ScriptCommand.New(script);
        command.Arguments.Add(path);
        command.SetAction((result, stopping) =>
            runner.RunAsync(result, ("import", [result.GetValue(path)!]), run => RunAsync(script, run, result.GetValue(path)!), stopping));
        return command;
    }

    private static async Task<int> RunAsync(AdminScript script, CtlRun run, string path)
    {
        if (!await run.IsConfirmedAsync($"import {path}", script.Asks!))
            return CtlExitCode.Refused;
        using var input = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
        var (counts, left) = await Terminal.Error.WithProgressAsync(
            "import", bar => new CtlTransfer(run.Redis, run.Scripts).ImportAsync(input, bar, run.Stopping));
        if (left.Count > 0 || run.IsJson)
            run.Print(["key", "result"], left);
        Terminal.Error.WriteLine(string.Join(", ", counts.Select(count => $"{count.Value} {count.Key}")));
        return left.Count == 0 ? CtlExitCode.Done : CtlExitCode.Refused;
    }
}
