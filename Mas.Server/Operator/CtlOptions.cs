using System.CommandLine;

namespace Mas.Server.Operator;

/// <summary>The options that all commands of masctl understand.</summary>
internal static class CtlOptions
{
    internal const int DefaultLimit = 50;

    internal static readonly Option<bool> Json = new("--json") { Description = "Print rows as a JSON array of objects.", Recursive = true };

    internal static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Don't ask for confirmation.", Recursive = true };

    internal static readonly Option<string?> Sort = new("--sort") { Description = "Sort by this column, largest first.", HelpName = "COLUMN", Recursive = true };

    internal static readonly Option<int?> Limit = NewLimit();

    /// <summary>Settings such as <c>--Redis:Endpoint=HOST:PORT</c>, and the other arguments. Nothing behind <c>--</c> is a setting.</summary>
    internal static (string[] Arguments, string[] Settings) Split(string[] args)
    {
        var end = Array.IndexOf(args, "--") is >= 0 and var at ? at : args.Length;
        var settings = args[..end].Where(IsSetting).ToArray();
        return ([.. args[..end].Where(arg => !IsSetting(arg)), .. args[end..]], settings);
    }

    private static bool IsSetting(string arg) =>
        arg.StartsWith("--", StringComparison.Ordinal) && arg.IndexOf(':') is > 0 and var colon && arg.IndexOf('=') > colon;

    private static Option<int?> NewLimit()
    {
        var limit = new Option<int?>("--limit")
        {
            Description = $"Print only the first N rows; {DefaultLimit} unless given where rows are sorted.",
            HelpName = "N",
            Recursive = true,
        };
        limit.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int?>() is < 1)
                result.AddError("--limit takes a number above 0.");
        });
        return limit;
    }
}
