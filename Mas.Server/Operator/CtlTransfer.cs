using Mas.Core.Operator;
using Mas.Core.Redis;

namespace Mas.Server.Operator;

/// <summary><c>masctl export</c> and <c>masctl import</c>: JSON lines to and from files.</summary>
internal sealed class CtlTransfer(RedisConnection redis, AdminScriptRunner runner)
{
    private const int LinesAtOnce = 200;
    private const int CharsAtOnce = 1_000_000;

    /// <summary>On a cluster each command of a step sends the step's lines again.</summary>
    private const int LinesAtOnceOnCluster = 5;

    /// <summary>Writes each line as it comes, so that memory does not grow with the system.</summary>
    internal async Task<long> ExportAsync(IReadOnlyList<string> arguments, TextWriter output, CancellationToken stopping)
    {
        long lines = 0;
        await foreach (var step in runner.RunAsync(AdminScripts.All["export"], arguments, stopping))
        {
            foreach (var row in step.Rows)
                await output.WriteLineAsync(row[0]);
            lines += step.Rows.Count;
        }
        await output.FlushAsync(stopping);
        return lines;
    }

    /// <summary>Reads lines.</summary>
    /// <returns>How many lines had which result, and the rows of those that were not imported.</returns>
    internal async Task<(SortedDictionary<string, long> Counts, List<string[]> Left)> ImportAsync(TextReader input, CancellationToken stopping)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var left = new List<string[]>();
        var batch = new List<string>();
        var chars = 0;
        var most = redis.IsCluster ? LinesAtOnceOnCluster : LinesAtOnce;
        for (var isEnd = false; !isEnd;)
        {
            var line = await input.ReadLineAsync(stopping);
            isEnd = line is null;
            if (!string.IsNullOrWhiteSpace(line))
            {
                batch.Add(line);
                chars += line.Length;
            }
            if (batch.Count == 0 || (!isEnd && batch.Count < most && chars < CharsAtOnce))
                continue;
            foreach (var row in (await runner.RunStepAsync(AdminScripts.All["import"], batch)).Rows)
            {
                var result = row[1].Split(':')[0];
                counts[result] = counts.GetValueOrDefault(result) + 1;
                if (result is not ("imported" or "merged"))
                    left.Add(row);
            }
            batch.Clear();
            chars = 0;
        }
        return (counts, left);
    }
}
