using System.Text.Json;
using Mas.Tests.Harness;

namespace Mas.Load;

/// <summary>What one run gave. The load processes have no <c>ResidentBytes</c>.</summary>
internal sealed record RunResult(
    double DeliveriesPerSecond, double MessagesPerSecond, Histogram Latencies, double CommandsPerDelivery, double PopsPerDelivery, long Late,
    IReadOnlyList<(string Name, double Cores, long ResidentBytes)> Processes);

/// <summary>A target delivered nothing in the measured time, so there is nothing to compare.</summary>
internal sealed class NothingDeliveredException() : Exception("Nothing was delivered in the measured time. Use a longer --warm-up, or a less busy machine.");

/// <summary>One run of one scenario against one target.</summary>
internal static class ScenarioRun
{
    public static async Task<RunResult> RunAsync(Target target, Scenario scenario, BenchOptions options)
    {
        var clients = await target.PrepareAsync(scenario);
        using var folder = new TempFolder("load");
        var processes = new List<ChildProcess>();
        try
        {
            for (var i = 0; i < options.LoadProcesses; i++)
            {
                // Shifted from group to group, so that the senders, the first of each group, are spread too.
                var share = clients.Where((_, index) => (index % scenario.GroupSize + index / scenario.GroupSize) % options.LoadProcesses == i).ToList();
                var rate = scenario.Rate * share.Count(client => client.IsSender) / clients.Count(client => client.IsSender);
                var process = ChildProcess.Start($"load {i + 1}", Environment.ProcessPath!, [.. ThisProgram.Arguments, "load"], folder.Path);
                processes.Add(process);
                await process.WriteLineAsync(JsonSerializer.Serialize(
                    new LoadPlan(target.Protocol, share, options.MessageBytes, rate, scenario.Window, options.WarmUpSeconds, options.Seconds,
                    target.IrcPorts.Count > 0 ? target.IrcPorts[i] : 0)));
            }
            foreach (var process in processes)
                await Eventually.HoldsAsync(() => process.Lines.Contains("ready") || process.HasExited, $"ready\n{process.LogTail}", TimeSpan.FromMinutes(5));
            foreach (var process in processes)
                await process.WriteLineAsync("go");
            await Task.Delay(TimeSpan.FromSeconds(options.WarmUpSeconds));
            var work = await target.RedisWorkAsync();
            var used = target.Processes.Select(process => ProcessUsage.Of(process.Pid)).ToList();
            await Task.Delay(TimeSpan.FromSeconds(options.Seconds));
            work = await target.RedisWorkAsync() - work;
            var usage = target.Processes.Select((process, i) =>
            {
                var now = ProcessUsage.Of(process.Pid);
                return (process.Name, (now.CpuSeconds - used[i].CpuSeconds) / options.Seconds, now.ResidentBytes);
            }).ToList();
            var measured = new List<LoadResult>();
            foreach (var process in processes)
            {
                await Eventually.HoldsAsync(() => process.Lines.Any(line => line.StartsWith('{')) || process.HasExited, $"a result\n{process.LogTail}", TimeSpan.FromMinutes(1));
                measured.Add(JsonSerializer.Deserialize<LoadResult>(process.Lines.LastOrDefault(line => line.StartsWith('{'))
                    ?? throw new InvalidOperationException(process.LogTail))!);
            }
            usage.AddRange(measured.Select((one, i) => ($"load {i + 1}", one.CpuSeconds / one.Seconds, 0L)));
            return Sum(measured, work, usage);
        }
        finally
        {
            foreach (var process in processes)
                await process.DisposeAsync();
        }
    }

    private static RunResult Sum(List<LoadResult> measured, RedisWork work, List<(string, double, long)> usage)
    {
        var latencies = new Histogram();
        foreach (var one in measured)
            latencies.AddSparse(one.Latencies);
        var delivered = measured.Sum(one => one.Delivered);
        if (delivered == 0)
            throw new NothingDeliveredException();
        return new RunResult(
            measured.Sum(one => one.Delivered / one.Seconds),
            measured.Sum(one => one.Sent / one.Seconds),
            latencies,
            (double)work.Commands / delivered,
            (double)work.Pops / delivered,
            measured.Sum(one => one.Late),
            usage);
    }
}
