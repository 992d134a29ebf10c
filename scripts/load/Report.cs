namespace Mas.Load;

/// <summary>Prints what runs gave: the median, and how far the runs were apart.</summary>
internal static class Report
{
    public const string Header =
        "target           scenario        deliveries/s (min-max)             p50 ms   p95 ms   p99 ms  cmds/delivery  late";

    /// <summary>Says what is going on, in one line that the next one replaces; nothing where nobody watches.</summary>
    public static void Progress(string text)
    {
        if (!Console.IsErrorRedirected)
            Console.Error.Write($"\r{text,-79}\r{text}");
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }

    public static void Print(string target, Scenario scenario, IReadOnlyList<RunResult> runs)
    {
        var speeds = runs.Select(run => run.DeliveriesPerSecond).ToList();
        double Of(Func<RunResult, double> read) => Median(runs.Select(read));
        Console.WriteLine(
            $"{target,-16} {scenario.Name,-15} {Median(speeds),10:N0} ({speeds.Min(),9:N0} - {speeds.Max(),9:N0}) "
            + $"{Of(run => run.Latencies.Quantile(0.5)),8:N2} {Of(run => run.Latencies.Quantile(0.95)),8:N2} {Of(run => run.Latencies.Quantile(0.99)),8:N2} "
            + $"{Of(run => run.CommandsPerDelivery),13:N2} {runs.Sum(run => run.Late),6}");
        Console.WriteLine("                 " + string.Join("   ", runs[^1].Processes.Select(process =>
            $"{process.Name} {process.Cores:0.00} cores" + (process.Name.StartsWith("load", StringComparison.Ordinal) ? "" : $" {process.ResidentBytes / 1048576} MB"))));
    }
}
