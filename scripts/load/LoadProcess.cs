using System.Diagnostics;
using System.Text.Json;

namespace Mas.Load;

/// <summary>
/// A load process: reads its <see cref="LoadPlan"/> from standard input, connects, prints <c>ready</c>, waits for <c>go</c>, and prints
/// its <see cref="LoadResult"/>.
/// </summary>
internal static class LoadProcess
{
    private const int ConnectsAtOnce = 50;

    public static async Task RunAsync()
    {
        var plan = JsonSerializer.Deserialize<LoadPlan>((await Console.In.ReadLineAsync())!)!;
        var protocol = ClientProtocol.Of(plan.Protocol);
        var counters = new LoadCounters();
        await using var irc = plan.IrcPort > 0 ? new IrcSenders(plan.IrcPort) : null;
        var clients = plan.Clients.Select(client => new LoadClient(client, protocol, counters)).ToList();
        var begun = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(clients, new ParallelOptions { MaxDegreeOfParallelism = ConnectsAtOnce }, async (client, _) => await client.StartAsync());
        IReadOnlyList<ISender> senders = irc is null
            ? clients.FindAll(client => client.IsSender)
            : await irc.JoinAsync(clients, (IrcClientProtocol)protocol, counters);
        var connected = Stopwatch.GetElapsedTime(begun);
        Console.WriteLine("ready");
        if (await Console.In.ReadLineAsync() != "go")
            return;

        using var stop = new CancellationTokenSource();
        var late = 0L;
        var sending = plan.Rate > 0
            ? Task.Run(() => SendOnScheduleAsync(senders, plan, () => late++, stop.Token))
            : Task.WhenAll(senders.Select(sender => Task.Run(() => sender.SendAtFullSpeedAsync(plan.Window, plan.MessageBytes, stop.Token))));
        await Task.Delay(TimeSpan.FromSeconds(plan.WarmUpSeconds));
        late = 0;
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var from = Stopwatch.GetTimestamp();
        counters.Measure(true);
        await Task.Delay(TimeSpan.FromSeconds(plan.Seconds));
        counters.Measure(false);
        var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        await stop.CancelAsync();
        try
        {
            await sending;
        }
        catch (OperationCanceledException)
        {
            // The end of the measured time.
        }
        Console.WriteLine(JsonSerializer.Serialize(new LoadResult(
            connected.TotalSeconds, counters.Sent, counters.Latencies.Count, seconds, late, cpu.TotalSeconds, [.. counters.Latencies.Sparse])));
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));
    }

    /// <summary>An open loop: each message has its time, whether or not earlier ones were acknowledged.</summary>
    private static async Task SendOnScheduleAsync(IReadOnlyList<ISender> senders, LoadPlan plan, Action countLate, CancellationToken stop)
    {
        if (senders.Count == 0)
            return;
        var interval = Stopwatch.Frequency / plan.Rate;
        var begun = Stopwatch.GetTimestamp();
        for (long n = 0; !stop.IsCancellationRequested; n++)
        {
            var due = begun + (long)(n * interval);
            if (due - Stopwatch.GetTimestamp() is > 0 and var early)
                PreciseSleep.For(TimeSpan.FromSeconds(early / (double)Stopwatch.Frequency));
            if (Stopwatch.GetTimestamp() - due > Stopwatch.Frequency / 100)
                countLate();
            await senders[(int)(n % senders.Count)].SendMessageAsync(due, plan.MessageBytes);
        }
    }
}
