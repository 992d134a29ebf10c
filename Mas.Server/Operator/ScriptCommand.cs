using System.CommandLine;
using Mas.Core.Model;
using Mas.Core.Operator;

namespace Mas.Server.Operator;

/// <summary>A command that is one of the operators' scripts, with its arguments and a table of its rows.</summary>
internal static class ScriptCommand
{
    internal static Command Build(AdminScript script, CtlRunner runner)
    {
        var command = New(script);
        var arguments = script.Parameters.Select(NewArgument).ToList();
        foreach (var argument in arguments)
            command.Arguments.Add(argument);
        command.SetAction((result, stopping) =>
        {
            var values = arguments.Select(argument => result.GetValue(argument)).OfType<string>().ToList();
            return runner.RunAsync(result, script.Writes ? (script.Name, [.. values]) : null, run => RunAsync(script, values, run), stopping);
        });
        return command;
    }

    /// <summary>A command without arguments that is named and described as the script.</summary>
    internal static Command New(AdminScript script) => new(script.Name, char.ToUpperInvariant(script.Purpose[0]) + script.Purpose[1..]);

    private static Argument<string?> NewArgument(AdminParameter parameter)
    {
        var argument = new Argument<string?>(parameter.Name)
        {
            Arity = parameter.IsOptional ? ArgumentArity.ZeroOrOne : ArgumentArity.ExactlyOne,
            Description = parameter.Meaning,
            HelpName = parameter.Name,
        };
        argument.CompletionSources.Add([.. parameter.Choices]);
        return argument;
    }

    private static async Task<int> RunAsync(AdminScript script, List<string> values, CtlRun run)
    {
        if (script.RandomArgument == values.Count + 1)
            values.Add(Secrets.NewToken());
        var isForEverybody = script.Name is not ("announce" or "renew") || values[0] == "everybody";
        if (script.Asks is { } asks && isForEverybody && !await run.IsConfirmedAsync(string.Join(' ', [script.Name, .. values]), asks))
            return CtlExitCode.Refused;
        var (columns, rows) = await CtlRows.CollectAsync(run.Scripts, script, values, Terminal.Error, run.Stopping);
        var limit = run.Arguments.GetValue(CtlOptions.Limit);
        if ((run.Arguments.GetValue(CtlOptions.Sort) ?? script.SortBy) is { } sort)
        {
            if (!columns.Contains(sort))
                return CtlRunner.Fail($"There is no column {sort}. The columns are {string.Join(", ", columns)}.", CtlExitCode.WrongUse);
            rows = CtlRows.Sort(columns, rows, sort);
            limit ??= CtlOptions.DefaultLimit;
        }
        run.Print(columns, limit is { } most ? [.. rows.Take(most)] : rows);
        return CtlExitCode.Done;
    }
}
