using System.Diagnostics;
using System.Text.Json;

namespace Mas.Load;

/// <summary>
/// The inside of a load process: reads its <see cref="Plan"/> from standard input, connects, says <c>ready</c>, waits for
/// <c>go</c>, and prints what it <see cref="Measured"/>.
/// </summary>
internal static class LoadProcess
{
    private const int ConnectsAtOnce = 50;

    public static async Task RunAsync()
    {
        var plan = JsonSerializer.Deserialize<Plan>((await Console.In.ReadLineAsync())!)!;
        var dialect = Dialect.Of(plan.Dialect);
        var tally = new Tally();
        await using var irc = plan.IrcPort > 0 ? new IrcSpeakers(plan.IrcPort) : null;
        var clients = plan.Clients.Select(client => new LoadClient(client, dialect, tally)).ToList();
        var begun = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(clients, new ParallelOptions { MaxDegreeOfParallelism = ConnectsAtOnce }, async (client, _) => await client.StartAsync());
        IReadOnlyList<ISender> senders = irc is null
            ? clients.FindAll(client => client.IsSender)
            : await irc.JoinAsync(clients, (IrcDialect)dialect, tally);
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
        tally.Measure(true);
        await Task.Delay(TimeSpan.FromSeconds(plan.Seconds));
        tally.Measure(false);
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
        Console.WriteLine(JsonSerializer.Serialize(new Measured(
            connected.TotalSeconds, tally.Sent, tally.Latencies.Count, seconds, late, cpu.TotalSeconds, [.. tally.Latencies.Sparse])));
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));
    }

    /// <summary>An open loop: messages have their times, whether or not earlier ones were answered.</summary>
    private static async Task SendOnScheduleAsync(IReadOnlyList<ISender> senders, Plan plan, Action countLate, CancellationToken stop)
    {
        if (senders.Count == 0)
            return;
        var interval = Stopwatch.Frequency / plan.Rate;
        var begun = Stopwatch.GetTimestamp();
        for (long n = 0; !stop.IsCancellationRequested; n++)
        {
            var due = begun + (long)(n * interval);
            if (due - Stopwatch.GetTimestamp() is > 0 and var early)
                Precise.Sleep(TimeSpan.FromSeconds(early / (double)Stopwatch.Frequency));
            if (Stopwatch.GetTimestamp() - due > Stopwatch.Frequency / 100)
                countLate();
            await senders[(int)(n % senders.Count)].SendMessageAsync(due, plan.MessageBytes);
        }
    }
}
