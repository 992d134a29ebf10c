using System.Globalization;

namespace Mas.Load;

/// <summary>The command line: names and <c>--option value</c>.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = [];

    public Options(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
                Names.Add(arguments[i]);
            else if (i + 1 < arguments.Count)
                _values[arguments[i][2..]] = arguments[++i];
            else
                throw new ArgumentException($"{arguments[i]} needs a value.");
        }
    }

    public List<string> Names { get; } = [];

    public int Number(string name, int otherwise) => _values.TryGetValue(name, out var value)
        ? int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : throw new ArgumentException($"--{name} must be a number above 0.")
        : otherwise;

    public bool Is(string name) => _values.TryGetValue(name, out var value) && value == "yes";
}
