namespace Mas.Server.Operator;

/// <summary>masctl's command line: options may stand anywhere, the rest is the command and its arguments.</summary>
internal sealed class CtlArguments
{
    private static readonly string[] Flags = ["--json", "--yes", "--repair"];
    private static readonly string[] Options = ["--sort", "--limit", "--out", "--nick", "--email", "--name"];

    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    private CtlArguments()
    {
    }

    /// <summary>The command and its arguments.</summary>
    internal List<string> Words { get; } = [];

    /// <summary>Settings of MAS, such as <c>--Redis:Endpoint=host:6379</c>.</summary>
    internal List<string> Settings { get; } = [];

    /// <summary>What is wrong with it, or null.</summary>
    internal string? Problem { get; private set; }

    /// <summary>Rows as JSON.</summary>
    internal bool IsJson => _options.ContainsKey("--json");

    /// <summary>Don't ask.</summary>
    internal bool IsSure => _options.ContainsKey("--yes");

    /// <summary>fsck mends.</summary>
    internal bool Repairs => _options.ContainsKey("--repair");

    internal string? this[string option] => _options.GetValueOrDefault(option);

    internal static CtlArguments Read(string[] args)
    {
        var read = new CtlArguments();
        for (var i = 0; i < args.Length; i++)
        {
            var arg = args[i];
            if (arg == "--")
            {
                read.Words.AddRange(args[(i + 1)..]);
                break;
            }
            if (Flags.Contains(arg))
                read._options[arg] = "";
            else if (Options.Contains(arg) && i + 1 < args.Length)
                read._options[arg] = args[++i];
            else if (arg.StartsWith("--", StringComparison.Ordinal) && arg.Contains(':') && arg.Contains('='))
                read.Settings.Add(arg);
            else if (arg.StartsWith("--", StringComparison.Ordinal))
                read.Problem ??= $"unknown or incomplete option {arg}";
            else
                read.Words.Add(arg);
        }
        if (read["--limit"] is { } limit && (!int.TryParse(limit, out var number) || number < 1))
            read.Problem ??= "--limit takes a number";
        return read;
    }
}
