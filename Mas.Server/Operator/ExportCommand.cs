using System.CommandLine;
using Mas.Core.Operator;
using Spectre.Console;

namespace Mas.Server.Operator;

/// <summary><c>masctl export</c>: JSON lines to standard output or to a file.</summary>
internal static class ExportCommand
{
    internal static Command Build(AdminScript script, CtlRunner runner)
    {
        var what = new Argument<string>("WHAT") { Description = "What to export.", HelpName = "everything|user|conversation" };
        what.CompletionSources.Add("everything", "user", "conversation");
        var which = new Argument<string?>("WHICH")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "The user (id, nick or email) or the conversation's id.",
        };
        var file = new Option<FileInfo?>("--out") { Description = "Write to this file, which only its owner may read.", HelpName = "FILE" };
        var command = ScriptCommand.New(script);
        command.Arguments.Add(what);
        command.Arguments.Add(which);
        command.Options.Add(file);
        command.SetAction((result, stopping) =>
        {
            string[] values = [.. new[] { result.GetValue(what), result.GetValue(which) }.OfType<string>()];
            return runner.RunAsync(result, ("export", values), run => RunAsync(run, values, result.GetValue(file)?.FullName), stopping);
        });
        return command;
    }

    private static async Task<int> RunAsync(CtlRun run, string[] values, string? path)
    {
        var transfer = new CtlTransfer(run.Redis, run.Scripts);
        if (path is null)
        {
            await transfer.ExportAsync(values, Console.Out, new ProgressBar(null), run.Stopping);
            return CtlExitCode.Done;
        }
        // An export that broke off must not look like a whole one.
        var part = path + ".part";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        // It holds password hashes and private messages.
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        long lines;
        await using (var file = new StreamWriter(File.Open(part, options)))
            lines = await Terminal.Error.WithProgressAsync("export", bar => transfer.ExportAsync(values, file, bar, run.Stopping));
        File.Move(part, path, overwrite: true);
        if (run.IsJson)
            run.Print(["lines", "file"], [[$"{lines}", path]]);
        else
            Terminal.Error.WriteLine($"{lines} lines written to {path}");
        return CtlExitCode.Done;
    }
}
