using System.Text.RegularExpressions;

namespace Mas.Core.Operator;

/// <summary>A value that a script takes on the command line.</summary>
/// <param name="Name">As the script's usage names it, such as <c>WHO|everybody</c>.</param>
/// <param name="IsOptional">Whether it may be left out.</param>
/// <param name="Choices">The words that may stand for it as they are: what of the name is in lower case.</param>
/// <param name="Meaning">What the script's header says of it.</param>
public sealed partial record AdminParameter(string Name, bool IsOptional, IReadOnlyList<string> Choices, string Meaning)
{
    /// <summary>Reads a usage such as <c>rename WHO nick|email NEW [REASON] [--option VALUE]</c>; options are left out.</summary>
    /// <param name="usage">The usage, beginning with the script's name.</param>
    /// <param name="meaningOf">What the header says of the parameter with a number, from 0.</param>
    public static IReadOnlyList<AdminParameter> Read(string usage, Func<int, string> meaningOf) =>
        [.. OptionsOf().Replace(usage, "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select((word, i) =>
        {
            var name = word.Trim('[', ']');
            return new AdminParameter(name, word != name, [.. name.Split('|').Where(choice => !choice.Any(char.IsUpper))], meaningOf(i));
        })];

    [GeneratedRegex(@"\[--[^\]]*\]")]
    private static partial Regex OptionsOf();
}
