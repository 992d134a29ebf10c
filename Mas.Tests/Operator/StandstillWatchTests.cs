using Mas.Core.Hosting;
using Mas.Tests.Harness;

namespace Mas.Tests.Operator;

public sealed class StandstillWatchTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task PoolThatRunsNothing_EndsTheProcess()
    {
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var watch = new StandstillWatch(_ => { }, reason => ended.TrySetResult(reason), Interval);

        await watch.StartAsync(CancellationToken.None);

        Assert.Contains("stands still", await ended.Task.WaitAsync(TimeSpan.FromSeconds(30)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PoolThatRuns_IsAskedAgainAndAgain()
    {
        var (asked, ended) = (0, false);
        var watch = new StandstillWatch(
            run =>
            {
                Interlocked.Increment(ref asked);
                run();
            },
            _ => ended = true,
            Interval);

        await watch.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync(() => Volatile.Read(ref asked) > 50, "it looks on");
        await watch.StopAsync(CancellationToken.None);

        Assert.False(ended);
    }
}
