using Mas.Tests.Harness;

namespace Mas.Tests.Chaos;

/// <summary>Something that goes wrong and is well again afterwards.</summary>
/// <param name="What">What, and whom it happens to.</param>
/// <param name="Shortest">How long it lasts at least.</param>
/// <param name="Longest">How long it lasts at most.</param>
/// <param name="RunAsync">Does it, for as long as it is told to, and undoes it; what has been killed runs again when this returns.</param>
internal sealed record Fault(string What, TimeSpan Shortest, TimeSpan Longest, Func<TimeSpan, Task> RunAsync)
{
    /// <summary>SIGKILL, and a new start later.</summary>
    public static Fault Kill(string whom, Func<Task> killAsync, Func<Task> startAgainAsync) => During($"kill {whom}", 0, 3, killAsync, startAgainAsync);

    /// <summary>SIGTERM, and a new start later.</summary>
    public static Fault Stop(string whom, Func<Task> stopAsync, Func<Task> startAgainAsync) => During($"stop {whom}", 0, 1, stopAsync, startAgainAsync);

    /// <summary>SIGSTOP, and SIGCONT later.</summary>
    public static Fault Pause(string whom, Func<ChildProcess> process, double least, double most) => Lasting($"pause {whom}", least, most, async lasts =>
    {
        process().Signal(ProcessSignal.Stop);
        await Task.Delay(lasts);
        process().Signal(ProcessSignal.Continue);
    });

    /// <summary>What can happen to connections.</summary>
    public static IEnumerable<Fault> Of(string link, params TcpProxy[] proxies)
    {
        yield return Lasting($"cut {link}", 0, 0, _ =>
        {
            foreach (var proxy in proxies)
                proxy.Cut();
            return Task.CompletedTask;
        });
        yield return During($"delay {link}", 1, 4, proxies, proxy => proxy.Delay = TimeSpan.FromMilliseconds(60), proxy => proxy.Delay = TimeSpan.Zero);
        yield return During($"hold back {link}", 0.5, 6, proxies, proxy => proxy.HoldBack(), proxy => proxy.Flow());
        yield return During($"hold back, then cut {link}", 0.5, 6, proxies, proxy => proxy.HoldBack(), proxy =>
        {
            proxy.Cut();
            proxy.Flow();
        });
        yield return During($"refuse {link}", 0.5, 4, proxies, proxy => proxy.Refuse(), proxy => proxy.Accept());
    }

    /// <summary>Something that begins and ends.</summary>
    public static Fault During(string what, double least, double most, Func<Task> beginAsync, Func<Task> endAsync) => Lasting(what, least, most, async lasts =>
    {
        await beginAsync();
        await Task.Delay(lasts);
        await endAsync();
    });

    private static Fault During(string what, double least, double most, TcpProxy[] proxies, Action<TcpProxy> begin, Action<TcpProxy> end) => Lasting(what, least, most, async lasts =>
    {
        foreach (var proxy in proxies)
            begin(proxy);
        await Task.Delay(lasts);
        foreach (var proxy in proxies)
            end(proxy);
    });

    /// <summary>Something that lasts as long as it is told to.</summary>
    public static Fault Lasting(string what, double least, double most, Func<TimeSpan, Task> runAsync) =>
        new(what, TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most), runAsync);
}
