using System.Text.Json;
using Mas.Server.Operator;
using Spectre.Console;

namespace Mas.Load;

/// <summary>What the runs of a target gave.</summary>
internal sealed record TargetResult(string Name, List<RunResult> Runs)
{
    /// <summary>The median of the deliveries a second.</summary>
    public double Speed => MedianOf(run => run.DeliveriesPerSecond);

    /// <summary>The median of the runs' p99, ms.</summary>
    public double P99 => MedianOf(run => run.Latencies.Quantile(0.99));

    public double MedianOf(Func<RunResult, double> read) => Report.Median(Runs.Select(read));
}

/// <summary>Prints medians, and how far the runs were apart: as tables, or with <paramref name="asJson"/> as lines of JSON.</summary>
internal sealed class Report(bool asJson)
{
    private static readonly string[] Columns = ["target", "deliveries/s", "min", "max", "p50 ms", "p95 ms", "p99 ms", "commands/delivery", "late"];
    private static readonly JsonSerializerOptions Names = new(JsonSerializerDefaults.Web);

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }

    public void PrintResults(Scenario scenario, IReadOnlyList<TargetResult> results)
    {
        if (asJson)
        {
            foreach (var result in results)
                PrintJson(Describe(scenario, result));
            return;
        }
        Terminal.Output.Write(new Text($"{scenario.Name}\n", new Style(decoration: Decoration.Bold)));
        var table = new Table { Border = TableBorder.None };
        foreach (var column in Columns)
            table.AddColumn(new TableColumn(new Text(column)) { Alignment = column == Columns[0] ? Justify.Left : Justify.Right, Padding = new Padding(0, 0, 2, 0), NoWrap = true });
        foreach (var result in results)
        {
            table.AddRow([.. new[]
            {
                result.Name, $"{result.Speed:N0}", $"{result.Runs.Min(run => run.DeliveriesPerSecond):N0}", $"{result.Runs.Max(run => run.DeliveriesPerSecond):N0}",
                $"{result.MedianOf(run => run.Latencies.Quantile(0.5)):N2}", $"{result.MedianOf(run => run.Latencies.Quantile(0.95)):N2}", $"{result.P99:N2}",
                $"{result.MedianOf(run => run.CommandsPerDelivery):N2}", $"{result.Runs.Sum(run => run.Late)}",
            }.Select(cell => new Text(cell))]);
        }
        Terminal.Output.WriteTable(table);
        foreach (var result in results)
        {
            Terminal.Output.WriteLine($"{result.Name}: " + string.Join(", ", result.Runs[^1].Processes.Select(process =>
                $"{process.Name} {process.Cores:0.00} cores" + (process.ResidentBytes > 0 ? $" {process.ResidentBytes / 1048576} MB" : ""))));
        }
    }

    /// <summary>How many times as much the first target delivers as the other, and how many times its p99 is.</summary>
    public void PrintRatio(Scenario scenario, TargetResult first, TargetResult other)
    {
        if (asJson)
        {
            PrintJson(new { type = "ratio", scenario = scenario.Name, target = first.Name, other = other.Name, deliveries = first.Speed / other.Speed, p99 = first.P99 / other.P99 });
            return;
        }
        PrintNote($"{scenario.Name}: {first.Name} delivers {first.Speed / other.Speed:0.00} x what {other.Name} does; its p99 is {first.P99 / other.P99:0.00} x.");
    }

    /// <summary>The same of deliveries that were measured without a target.</summary>
    public void PrintRatio(Scenario scenario, TargetResult first, string other, IReadOnlyList<double> speeds)
    {
        var ratio = first.Speed / Median(speeds);
        if (asJson)
        {
            PrintJson(new { type = "ratio", scenario = scenario.Name, target = first.Name, other, deliveries = ratio });
            return;
        }
        PrintNote($"{scenario.Name}: {first.Name} delivers {ratio:0.00} x what {other} does: {Median(speeds):N0} ({speeds.Min():N0} - {speeds.Max():N0}) deliveries/s.");
    }

    public void PrintValue(string what, string unit, IReadOnlyList<double> values)
    {
        if (asJson)
        {
            PrintJson(new { type = "value", name = what, unit, median = Median(values), min = values.Min(), max = values.Max() });
            return;
        }
        PrintNote($"{what}: {Median(values):0.0} {unit} ({values.Min():0.0} - {values.Max():0.0})");
    }

    public void PrintNote(string text)
    {
        if (!asJson)
            Terminal.Output.WriteLine(text);
    }

    private static object Describe(Scenario scenario, TargetResult result) => new
    {
        type = "result",
        scenario = scenario.Name,
        target = result.Name,
        runs = result.Runs.Count,
        deliveriesPerSecond = new
        {
            median = result.Speed,
            min = result.Runs.Min(run => run.DeliveriesPerSecond),
            max = result.Runs.Max(run => run.DeliveriesPerSecond),
        },
        messagesPerSecond = result.MedianOf(run => run.MessagesPerSecond),
        p50Ms = result.MedianOf(run => run.Latencies.Quantile(0.5)),
        p95Ms = result.MedianOf(run => run.Latencies.Quantile(0.95)),
        p99Ms = result.P99,
        commandsPerDelivery = result.MedianOf(run => run.CommandsPerDelivery),
        late = result.Runs.Sum(run => run.Late),
        processes = result.Runs[^1].Processes.Select(process => new { name = process.Name, cores = process.Cores, residentBytes = process.ResidentBytes }),
    };

    private static void PrintJson(object value) => Terminal.Output.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(value, Names));
}
