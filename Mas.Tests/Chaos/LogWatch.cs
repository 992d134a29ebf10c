using Mas.Tests.Harness;

namespace Mas.Tests.Chaos;

/// <summary>Searches the processes' logs for errors and unhandled exceptions: no fault may cause any.</summary>
internal sealed class LogWatch(ChaosSystem system)
{
    private static readonly string[] Marks = [" fail: ", " crit: ", "Unhandled exception"];

    private readonly Dictionary<MasProcess, int> _read = [];

    /// <summary>Such lines since the last call, each with its process.</summary>
    public IReadOnlyList<string> NewErrors()
    {
        var errors = new List<string>();
        foreach (var process in system.Mas.Servers.Concat(system.Mas.Loopbacks))
        {
            var log = process.Log;
            errors.AddRange(log.Skip(_read.GetValueOrDefault(process)).Where(line => Marks.Any(line.Contains)).Select(line => $"{process.Process.Name}: {line}"));
            _read[process] = log.Count;
        }
        return errors;
    }
}
