using Mas.Tests.Harness;

namespace Mas.Tests.Chaos;

/// <summary>Looks through the processes' logs for what none may hold, whatever happens to them: errors, and ends by exceptions.</summary>
internal sealed class LogWatch(ChaosGround ground)
{
    private static readonly string[] Marks = [" fail: ", " crit: ", "Unhandled exception"];

    private readonly Dictionary<MasProcess, int> _read = [];

    /// <summary>The lines of that kind since the last call, each with its process.</summary>
    public IReadOnlyList<string> NewErrors()
    {
        var errors = new List<string>();
        foreach (var process in ground.Mas.Servers.Concat(ground.Mas.Loopbacks))
        {
            var log = process.Log;
            errors.AddRange(log.Skip(_read.GetValueOrDefault(process)).Where(line => Marks.Any(line.Contains)).Select(line => $"{process.Process.Name}: {line}"));
            _read[process] = log.Count;
        }
        return errors;
    }
}
