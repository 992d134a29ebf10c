using System.CommandLine;
using Mas.Core.Operator;
using Spectre.Console;

namespace Mas.Server.Operator;

/// <summary><c>masctl fsck</c>.</summary>
internal static class FsckCommand
{
    internal static Command Build(AdminScript script, CtlRunner runner)
    {
        var repair = new Option<bool>("--repair") { Description = "Repair what is safe to repair, and restart the sessions that show it." };
        var command = ScriptCommand.New(script);
        command.Options.Add(repair);
        command.SetAction((result, stopping) => runner.RunAsync(
            result, result.GetValue(repair) ? ("fsck", ["--repair"]) : null, run => RunAsync(run, result.GetValue(repair)), stopping));
        return command;
    }

    private static async Task<int> RunAsync(CtlRun run, bool repair)
    {
        var (columns, rows) = await new CtlFsck(run.Redis, run.Scripts, Terminal.Error).RunAsync(repair, run.Stopping);
        if (rows.Count > 0 || run.IsJson)
            run.Print(columns, rows);
        else
            Terminal.Output.WriteLine("fsck finds nothing.");
        return rows.Count == 0 ? CtlExitCode.Done : CtlExitCode.Refused;
    }
}
