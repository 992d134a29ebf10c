using Mas.Tests.Harness;

namespace Mas.Tests.Chaos;

/// <summary>Something that goes wrong for a while.</summary>
/// <param name="What">What happens, and to what.</param>
/// <param name="Shortest">How long it lasts at least.</param>
/// <param name="Longest">How long it lasts at most.</param>
/// <param name="RunAsync">Causes it for a given time and ends it; what was killed runs again when this returns.</param>
internal sealed record Fault(string What, TimeSpan Shortest, TimeSpan Longest, Func<TimeSpan, Task> RunAsync)
{
    /// <summary>SIGKILL, and a new start later.</summary>
    public static Fault Kill(string whom, Func<Task> killAsync, Func<Task> startAgainAsync) => During($"kill {whom}", 0, 3, killAsync, startAgainAsync);

    /// <summary>SIGTERM, and a new start later.</summary>
    public static Fault Stop(string whom, Func<Task> stopAsync, Func<Task> startAgainAsync) => During($"stop {whom}", 0, 1, stopAsync, startAgainAsync);

    /// <summary>SIGSTOP, and SIGCONT later.</summary>
    public static Fault Freeze(string whom, Func<ChildProcess> process, double least, double most) => Lasting($"freeze {whom}", least, most, async lasts =>
    {
        process().Signal(ProcessSignal.Stop);
        await Task.Delay(lasts);
        process().Signal(ProcessSignal.Continue);
    });

    /// <summary>The faults of connections.</summary>
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

    /// <summary>A fault with a beginning and an end.</summary>
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

    /// <summary>A fault that lasts for a given time.</summary>
    public static Fault Lasting(string what, double least, double most, Func<TimeSpan, Task> runAsync) =>
        new(what, TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most), runAsync);
}
