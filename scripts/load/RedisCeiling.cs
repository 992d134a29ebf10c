using System.Diagnostics;
using System.Globalization;
using Mas.Tests.Harness;

namespace Mas.Load;

/// <summary>
/// What this machine's Redis carries of the outbox pattern alone: as many LPUSH as there are deliveries, and RPOPs of
/// batches, by redis-benchmark, pipelined. Two of it run at once, as MAS's worker and server do.
/// </summary>
internal static class RedisCeiling
{
    private const int Deliveries = 1_000_000;
    private const int Batch = 50;

    public static async Task<double> MeasureAsync(int sessions, int messageBytes)
    {
        await using var redis = await RedisServer.StartAsync();
        var value = new string('x', messageBytes + 100);
        var begun = Stopwatch.GetTimestamp();
        await BenchmarkAsync(redis.Port, Deliveries, sessions, ["LPUSH", "outbox:__rand_int__", value]);
        await BenchmarkAsync(redis.Port, Deliveries / Batch, sessions, ["RPOP", "outbox:__rand_int__", Batch.ToString(CultureInfo.InvariantCulture)]);
        return Deliveries / Stopwatch.GetElapsedTime(begun).TotalSeconds;
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
