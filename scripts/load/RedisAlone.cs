using System.Diagnostics;
using System.Globalization;
using Mas.Tests.Harness;

namespace Mas.Load;

/// <summary>
/// What this machine's Redis can do for MAS's lists alone, by redis-benchmark, pipelined: an LPUSH for every entry that MAS pushed in a
/// run (to inbox and outboxes), and as many RPOPs as MAS made for them.
/// </summary>
internal static class RedisAlone
{
    private const int Pushes = 1_000_000;

    /// <returns>Deliveries a second.</returns>
    public static async Task<double> MeasureAsync(RunResult run, int sessions, int messageBytes)
    {
        // Beside its deliveries, a message is an entry of the inbox and an acknowledgement.
        var pushesPerDelivery = 1 + 2 * run.MessagesPerSecond / run.DeliveriesPerSecond;
        var popsPerPush = run.PopsPerDelivery / pushesPerDelivery;
        var maxPops = (int)Math.Ceiling(1 / popsPerPush);
        await using var redis = await RedisServer.StartAsync();
        var value = new string('x', messageBytes + 100);
        var begun = Stopwatch.GetTimestamp();
        await BenchmarkAsync(redis.Port, Pushes, sessions, ["LPUSH", "outbox:__rand_int__", value]);
        await BenchmarkAsync(redis.Port, (int)(Pushes * popsPerPush), sessions, ["RPOP", "outbox:__rand_int__", maxPops.ToString(CultureInfo.InvariantCulture)]);
        return Pushes / pushesPerDelivery / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static async Task BenchmarkAsync(int port, int requests, int keys, IEnumerable<string> command)
    {
        using var folder = new TempFolder("redis-benchmark");
        await using var process = ChildProcess.Start("redis-benchmark", "redis-benchmark",
            ["-p", $"{port}", "-n", $"{requests}", "-r", $"{keys}", "-P", "100", "-c", "4", "-q", .. command], folder.Path);
        await process.WaitForExitAsync(TimeSpan.FromMinutes(2));
        if (process.ExitCode != 0)
            throw new InvalidOperationException(process.LogTail);
    }
}
