using System.Globalization;
using Mas.Core.Operator;
using Spectre.Console;

namespace Mas.Server.Operator;

/// <summary>Collects the rows of all steps of a script, and sums or sorts them.</summary>
internal static class CtlRows
{
    /// <summary>Runs a script to its end, with a progress bar on <paramref name="notes"/> where it goes through the keyspace.</summary>
    internal static Task<(string[] Columns, List<string[]> Rows)> CollectAsync(
        AdminScriptRunner runner, AdminScript script, IReadOnlyList<string> arguments, IAnsiConsole notes, CancellationToken stopping) => script.IsStepped
            ? notes.WithProgressAsync(script.Name, bar => CollectAsync(runner, script, arguments, bar, stopping))
            : CollectAsync(runner, script, arguments, new ProgressBar(null), stopping);

    private static async Task<(string[] Columns, List<string[]> Rows)> CollectAsync(
        AdminScriptRunner runner, AdminScript script, IReadOnlyList<string> arguments, ProgressBar bar, CancellationToken stopping)
    {
        string[] columns = [];
        var rows = new List<string[]>();
        await foreach (var step in runner.RunAsync(script, arguments, stopping))
        {
            columns = step.Columns;
            rows.AddRange(step.Rows);
            ScanProgress.Report(bar, script.Name, step.Next);
        }
        // A page of SCAN may name a key twice.
        return script.SumsBy is { } by ? (columns, Sum(columns, rows, by)) : (columns, [.. rows.DistinctBy(row => string.Join('\0', row))]);
    }

    /// <summary>The rows with the largest numbers (or texts) of a column first.</summary>
    internal static List<string[]> Sort(string[] columns, List<string[]> rows, string column)
    {
        var index = Array.IndexOf(columns, column);
        return index < 0 ? rows : [.. rows.OrderByDescending(row => Number(row[index])).ThenBy(row => row[index], StringComparer.Ordinal)];
    }

    private static List<string[]> Sum(string[] columns, List<string[]> rows, string[] by)
    {
        var keys = columns.Select(column => by.Contains(column)).ToArray();
        var sums = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var name = string.Join('\0', row.Where((_, i) => keys[i]));
            if (!sums.TryGetValue(name, out var sum))
                sums[name] = (string[])row.Clone();
            else
            {
                for (var i = 0; i < row.Length; i++)
                {
                    if (!keys[i])
                        sum[i] = (Number(sum[i]) + Number(row[i])).ToString(CultureInfo.InvariantCulture);
                }
            }
        }
        return [.. sums.Values];
    }

    private static decimal Number(string cell) => decimal.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
