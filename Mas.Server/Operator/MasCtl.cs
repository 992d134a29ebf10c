using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Mas.Core.Operator;
using Spectre.Console;

namespace Mas.Server.Operator;

/// <summary>The operators' command line (<c>scripts/masctl</c>), run as <c>Mas.Server ctl …</c>, with the server's settings.</summary>
internal static class MasCtl
{
    /// <summary>How long the step under way may take after Ctrl-C or SIGTERM.</summary>
    private static readonly TimeSpan StepsEndWithin = TimeSpan.FromSeconds(30);

    private const int HelpWidthInFiles = 120;

    /// <summary>Runs one command.</summary>
    /// <returns>An exit code of <see cref="CtlExitCode"/>.</returns>
    internal static async Task<int> RunAsync(string[] args)
    {
        var (arguments, settings) = CtlOptions.Split(args);
        var root = Build(new CtlRunner(settings));
        if (arguments is [CtlCompletion.Request, .. var typed])
            return CtlCompletion.Print(root, typed);
        // Texts may begin with @, so no argument names a file with more arguments.
        var result = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (Problem(result) is { } problem)
        {
            Terminal.Error.WriteLine($"masctl: {problem} See masctl {string.Join(' ', new[] { NameOf(result), "--help" }.OfType<string>())}.");
            return CtlExitCode.WrongUse;
        }
        return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = StepsEndWithin });
    }

    private static Command Build(CtlRunner runner)
    {
        var root = new Command("masctl", "Administers MAS: users, groups, sessions, queues, checks and backups of what is in Redis.")
        {
            CtlOptions.Json, CtlOptions.Yes, CtlOptions.Sort, CtlOptions.Limit,
        };
        var help = new HelpOption("--help", "-h") { Description = "Show this help.", Recursive = true };
        var usual = (HelpAction)help.Action!;
        if (Console.IsOutputRedirected)
            usual.MaxWidth = HelpWidthInFiles;
        help.Action = new HelpWithExitCodes(usual);
        root.Options.Add(help);
        foreach (var script in AdminScripts.All.Values)
        {
            root.Subcommands.Add(script.Name switch
            {
                "fsck" => FsckCommand.Build(script, runner),
                "export" => ExportCommand.Build(script, runner),
                "import" => ImportCommand.Build(script, runner),
                _ => ScriptCommand.Build(script, runner),
            });
        }
        root.Subcommands.Add(CreateUserCommand.Build(runner));
        root.Subcommands.Add(CtlCompletion.Build());
        root.Subcommands.Add(CtlHelp.BuildList(root));
        root.Subcommands.Add(CtlHelp.BuildHelp(root));
        root.SetAction(result => CtlHelp.List(root, result));
        return root;
    }

    /// <summary>The parser takes an unknown option for an argument where one fits; what begins with <c>--</c> must stand behind <c>--</c>.</summary>
    private static string? Problem(ParseResult result)
    {
        if (result.Errors.Count > 0)
            return result.Errors[0].Message;
        var unknown = result.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .FirstOrDefault(token => token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal));
        return unknown is null ? null : $"There is no option {unknown.Value}.";
    }

    private static string? NameOf(ParseResult result) => result.CommandResult.Command is { Name: not "masctl" and var name } ? name : null;
}
