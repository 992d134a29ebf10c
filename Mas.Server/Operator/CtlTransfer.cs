using Mas.Core.Operator;
using Mas.Core.Redis;

namespace Mas.Server.Operator;

/// <summary><c>masctl export</c> and <c>masctl import</c>: JSON lines to and from files.</summary>
internal sealed class CtlTransfer(RedisConnection redis, AdminScriptRunner runner)
{
    private const int MaxLines = 200;
    private const int MaxChars = 1_000_000;

    /// <summary>On a cluster each command of a step sends all of the step's lines again.</summary>
    private const int MaxLinesOnCluster = 5;

    /// <summary>Writes each line as it comes, so that memory does not grow with the system.</summary>
    internal async Task<long> ExportAsync(IReadOnlyList<string> arguments, TextWriter output, ProgressBar bar, CancellationToken stopping)
    {
        long lines = 0;
        await foreach (var step in runner.RunAsync(AdminScripts.All["export"], arguments, stopping))
        {
            foreach (var row in step.Rows)
                await output.WriteLineAsync(row[0]);
            lines += step.Rows.Count;
            // Without a phase it counts the keys of one user or conversation.
            if (step.Next?.Contains('/') == true)
                ScanProgress.Report(bar, "export", step.Next);
        }
        await output.FlushAsync(stopping);
        return lines;
    }

    /// <summary>Reads lines, and sends them to Redis in batches.</summary>
    /// <returns>How many lines had which result, and the rows of those that were not imported.</returns>
    internal async Task<(SortedDictionary<string, long> Counts, List<string[]> Left)> ImportAsync(Stream input, ProgressBar bar, CancellationToken stopping)
    {
        using var reader = new StreamReader(input, leaveOpen: true);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var left = new List<string[]>();
        var batch = new List<string>();
        var chars = 0;
        var maxLines = redis.IsCluster ? MaxLinesOnCluster : MaxLines;
        for (var isEnd = false; !isEnd;)
        {
            var line = await reader.ReadLineAsync(stopping);
            isEnd = line is null;
            if (!string.IsNullOrWhiteSpace(line))
            {
                batch.Add(line);
                chars += line.Length;
            }
            if (batch.Count == 0 || (!isEnd && batch.Count < maxLines && chars < MaxChars))
                continue;
            foreach (var row in (await runner.RunStepAsync(AdminScripts.All["import"], batch)).Rows)
            {
                var result = row[1].Split(':')[0];
                counts[result] = counts.GetValueOrDefault(result) + 1;
                if (result is not ("imported" or "merged"))
                    left.Add(row);
            }
            bar.Report(input.CanSeek ? (double)input.Position / input.Length : null);
            batch.Clear();
            chars = 0;
        }
        return (counts, left);
    }
}
