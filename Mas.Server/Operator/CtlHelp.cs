using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Mas.Core.Operator;

namespace Mas.Server.Operator;

/// <summary><c>masctl list</c> and <c>masctl help</c>.</summary>
internal static class CtlHelp
{
    internal static Command BuildList(Command root)
    {
        var command = new Command("list", "Lists all commands.");
        command.SetAction(result => List(root, result));
        return command;
    }

    internal static Command BuildHelp(Command root)
    {
        var name = new Argument<string?>("COMMAND") { Arity = ArgumentArity.ZeroOrOne, Description = "The command.", HelpName = "COMMAND" };
        name.CompletionSources.Add(_ => root.Subcommands.Select(command => command.Name));
        var help = new Command("help", "Shows a command's help, and what its script reads and writes.") { name };
        help.SetAction(result => Help(root, result.GetValue(name)));
        return help;
    }

    internal static int List(Command root, ParseResult result)
    {
        var rows = root.Subcommands.Where(command => command.Action is not null)
            .Select(command => new[] { UsageOf(command), command.Description!.Split(": ")[0].Split(". ")[0].TrimEnd('.') })
            .OrderBy(row => row[0], StringComparer.Ordinal).ToList();
        CtlOutput.Print(Terminal.Output, ["command", "does"], rows, result.GetValue(CtlOptions.Json));
        return CtlExitCode.Done;
    }

    private static int Help(Command root, string? name)
    {
        if (name is not null && root.Subcommands.All(command => command.Name != name))
        {
            Terminal.Error.Profile.Out.Writer.WriteLine($"masctl: There is no command {name}. See masctl list.");
            return CtlExitCode.WrongUse;
        }
        root.Parse(name is null ? ["--help"] : [name, "--help"]).Invoke();
        if (name is not null && AdminScripts.All.TryGetValue(name, out var script))
            Terminal.Output.Profile.Out.Writer.WriteLine($"The script, scripts/lua/{name}.lua:\n{script.Header}");
        return CtlExitCode.Done;
    }

    private static string UsageOf(Command command) => AdminScripts.All.TryGetValue(command.Name, out var script)
        ? script.Usage
        : string.Join(' ', [
            command.Name,
            .. command.Options.Select(option => option.Required ? $"{option.Name} {option.HelpName}" : $"[{option.Name} {option.HelpName}]"),
            .. command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues > 0 ? argument.Name : $"[{argument.Name}]"),
        ]);
}

/// <summary>The usual help, with what all commands have in common at its end.</summary>
internal sealed class HelpWithExitCodes(HelpAction usual) : SynchronousCommandLineAction
{
    private const string Common = """
        Settings:
          --Redis:Endpoint=HOST:PORT and any other setting of Mas.Server, here or in the environment (MAS_Redis__Endpoint).

        Exit codes:
          0  Done.
          1  Refused or interrupted, Redis does not answer, or fsck found something.
          2  The command line is wrong.

        """;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.WriteLine(Common);
        return CtlExitCode.Done;
    }
}
