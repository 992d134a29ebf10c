using Spectre.Console;

namespace Mas.Server.Operator;

/// <summary>
/// Where the command-line tools print: results to standard output, notes and progress to standard error. Colours and moving bars are
/// for a terminal only; with NO_COLOR (no-color.org) there are no colours there either.
/// </summary>
internal static class Terminal
{
    /// <summary>The width at which nothing is wrapped or cropped: of files, pipes and tables.</summary>
    private const int Unlimited = 1_000_000;

    internal static IAnsiConsole Output { get; } = Create(Console.Out, Console.IsOutputRedirected);

    internal static IAnsiConsole Error { get; } = Create(Console.Error, Console.IsErrorRedirected);

    /// <summary>Writes a table whose cells are whole, however narrow the terminal is; it wraps the lines.</summary>
    internal static void WriteTable(this IAnsiConsole console, Table table)
    {
        var width = console.Profile.Width;
        console.Profile.Width = Unlimited;
        console.Write(table);
        console.Profile.Width = width;
    }

    /// <summary>Runs something that takes long under a progress bar, which is gone when this returns; without a bar where there is no terminal.</summary>
    internal static async Task<T> WithProgressAsync<T>(this IAnsiConsole console, string what, Func<ProgressBar, Task<T>> run)
    {
        if (!console.Profile.Capabilities.Interactive)
            return await run(new ProgressBar(null));
        return await console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .StartAsync(context => run(new ProgressBar(context.AddTask(Markup.Escape(what), maxValue: 1))));
    }

    private static IAnsiConsole Create(TextWriter writer, bool isRedirected)
    {
        var hasColours = !isRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = hasColours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        if (isRedirected)
            console.Profile.Width = Unlimited;
        return console;
    }
}

/// <summary>How far something is, as shown on a terminal.</summary>
/// <param name="task">The line on the terminal; null where there is none.</param>
internal sealed class ProgressBar(ProgressTask? task)
{
    /// <summary>What is being done now.</summary>
    internal void Describe(string what) => task?.Description = Markup.Escape(what);

    /// <summary>How much of it is done, 0 to 1; null where that is not known.</summary>
    internal void Report(double? part)
    {
        if (task is null)
            return;
        task.IsIndeterminate = part is null;
        task.Value = part ?? 0;
    }
}
