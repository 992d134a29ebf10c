using System.Text.RegularExpressions;

namespace Mas.Core.Operator;

/// <summary>A parameter of a script on the command line.</summary>
/// <param name="Name">As in the script's usage, such as <c>WHO|everybody</c>.</param>
/// <param name="IsOptional">Whether it may be left out.</param>
/// <param name="Choices">The literal values: the lower-case parts of the name.</param>
/// <param name="Meaning">From the script's header.</param>
public sealed partial record AdminParameter(string Name, bool IsOptional, IReadOnlyList<string> Choices, string Meaning)
{
    /// <summary>Reads a usage such as <c>rename WHO nick|email NEW [REASON] [--option VALUE]</c>; options are left out.</summary>
    /// <param name="usage">The usage, beginning with the script's name.</param>
    /// <param name="meaningOf">The meaning of a parameter by its index.</param>
    public static IReadOnlyList<AdminParameter> Read(string usage, Func<int, string> meaningOf) =>
        [.. OptionsOf().Replace(usage, "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select((word, i) =>
        {
            var name = word.Trim('[', ']');
            return new AdminParameter(name, word != name, [.. name.Split('|').Where(choice => !choice.Any(char.IsUpper))], meaningOf(i));
        })];

    [GeneratedRegex(@"\[--[^\]]*\]")]
    private static partial Regex OptionsOf();
}
