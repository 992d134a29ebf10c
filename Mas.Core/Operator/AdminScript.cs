namespace Mas.Core.Operator;

/// <summary>An operator's script, <c>scripts/lua/&lt;name&gt;.lua</c>, and the fields of its header.</summary>
/// <param name="Header">The header, without the comment marks.</param>
public sealed record AdminScript(string Name, string Header, string Source)
{
    /// <summary>One or two sentences.</summary>
    public string Purpose { get; } = Field(Header, "Purpose:") ?? "";

    /// <summary>Its name and its parameters, optional ones in brackets.</summary>
    public string Usage { get; } = Field(Header, "Usage:") ?? Name;

    /// <summary>The parameters in order. Not for a script whose usage has several forms.</summary>
    public IReadOnlyList<AdminParameter> Parameters => AdminParameter.Read(
        Usage, number => Field(Header, $"ARGV[{number + (IsStepped ? 2 : 1)}]") ?? "");

    /// <summary>What it destroys or disturbs: masctl asks before it runs it. Null for a script that needs no question.</summary>
    public string? Asks { get; } = Field(Header, "Asks");

    /// <summary>Whether it scans in steps; then its first argument is a cursor.</summary>
    public bool IsStepped { get; } = Field(Header, "Steps") is not null;

    /// <summary>Whether it writes.</summary>
    public bool Writes { get; } = Field(Header, "Writes") is not "no" and not null;

    /// <summary>The column to sort rows by, descending; null to keep their order.</summary>
    public string? SortBy { get; } = Field(Header, "Sort");

    /// <summary>
    /// The columns to group the rows of all steps by; the other columns are numbers, and are added up. Null for a script whose rows
    /// are not added up.
    /// </summary>
    public string[]? SumsBy { get; } = Field(Header, "Sums") is { } sums
        ? sums.StartsWith("by ", StringComparison.Ordinal) ? sums[3..].Split(',', StringSplitOptions.TrimEntries) : []
        : null;

    /// <summary>The argument (from 1) that defaults to a random token; 0 for none.</summary>
    public int RandomArgument { get; } = int.TryParse(Field(Header, "Random"), out var number) ? number : 0;

    /// <summary>Reads a script; the comment lines at its top are the header.</summary>
    public static AdminScript Read(string name, string source)
    {
        var lines = source.Split('\n').TakeWhile(line => line.StartsWith("--", StringComparison.Ordinal));
        return new AdminScript(name, string.Join('\n', lines.Select(line => line.Length > 3 ? line[3..] : "")), source);
    }

    /// <summary>The text behind a field's name, with the indented lines that continue it.</summary>
    private static string? Field(string header, string name)
    {
        string? text = null;
        foreach (var line in header.Split('\n'))
        {
            if (text is null)
            {
                if (line.StartsWith(name, StringComparison.Ordinal))
                    text = line[name.Length..].Trim();
            }
            else if (line.StartsWith("  ", StringComparison.Ordinal))
            {
                text += " " + line.Trim();
            }
            else
            {
                break;
            }
        }
        return text;
    }
}
