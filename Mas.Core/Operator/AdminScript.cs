namespace Mas.Core.Operator;

/// <summary>An operator's script, <c>scripts/lua/&lt;name&gt;.lua</c>, with what its header says of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Header">The header, without the comment marks.</param>
/// <param name="Source">The whole file.</param>
public sealed record AdminScript(string Name, string Header, string Source)
{
    /// <summary>What it is for, in a sentence or two.</summary>
    public string Purpose { get; } = Field(Header, "Purpose:") ?? "";

    /// <summary>How it is called: its name, what it needs, and in brackets what it may be given.</summary>
    public string Usage { get; } = Field(Header, "Usage:") ?? Name;

    /// <summary>What it takes, in its order; not for a script whose usage has several forms.</summary>
    public IReadOnlyList<AdminParameter> Parameters => AdminParameter.Read(
        Usage, number => Field(Header, $"ARGV[{number + (IsStepped ? 2 : 1)}]") ?? "");

    /// <summary>What it destroys or disturbs, for the question before it runs; null when there is nothing to ask.</summary>
    public string? Asks { get; } = Field(Header, "Asks");

    /// <summary>Whether it goes through the keyspace in steps: its first argument is a cursor then.</summary>
    public bool IsStepped { get; } = Field(Header, "Steps") is not null;

    /// <summary>Whether it changes anything.</summary>
    public bool Writes { get; } = Field(Header, "Writes") is not "no" and not null;

    /// <summary>The column by which its rows are best sorted, the largest first; null for their own order.</summary>
    public string? SortBy { get; } = Field(Header, "Sort");

    /// <summary>
    /// For a script whose steps' rows add up: the columns that say which rows belong together, the others being numbers.
    /// Null for a script whose rows stand for themselves.
    /// </summary>
    public string[]? SumsBy { get; } = Field(Header, "Sums") is { } sums
        ? sums.StartsWith("by ", StringComparison.Ordinal) ? sums[3..].Split(',', StringSplitOptions.TrimEntries) : []
        : null;

    /// <summary>The argument (from 1) that is a random token unless it is given; 0 for none.</summary>
    public int RandomArgument { get; } = int.TryParse(Field(Header, "Random"), out var number) ? number : 0;

    /// <summary>Reads a script's header: its comment lines at the top.</summary>
    public static AdminScript Read(string name, string source)
    {
        var lines = source.Split('\n').TakeWhile(line => line.StartsWith("--", StringComparison.Ordinal));
        return new AdminScript(name, string.Join('\n', lines.Select(line => line.Length > 3 ? line[3..] : "")), source);
    }

    /// <summary>The text behind a word at the beginning of a line, with the lines that continue it.</summary>
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
