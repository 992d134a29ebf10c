using Microsoft.Extensions.Hosting;

namespace Mas.Core.Hosting;

/// <summary>
/// Ends a process whose thread pool runs nothing any more, so that whoever supervises it starts it again: no timer, no answer and no
/// log line would come out of it. Seen, though seldom, of processes that were stopped for seconds on an overloaded machine. It looks
/// from a thread of its own.
/// </summary>
/// <param name="queue">Gives the pool something to run.</param>
/// <param name="end">Ends the process; gets the reason.</param>
/// <param name="interval">How often it looks.</param>
internal sealed class StandstillWatch(Action<Action> queue, Action<string> end, TimeSpan interval) : IHostedService
{
    /// <summary>Looks, and not seconds, since a process that was stopped itself has run nothing either.</summary>
    private const int MostLooks = 15;

    private volatile bool _isStopping;

    /// <summary>For the pool of this process: an end by SIGABRT.</summary>
    public StandstillWatch() : this(run => ThreadPool.UnsafeQueueUserWorkItem(_ => run(), null), Environment.FailFast, TimeSpan.FromSeconds(1))
    {
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        new Thread(Look) { IsBackground = true, Name = "MAS standstill" }.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        return Task.CompletedTask;
    }

    private void Look()
    {
        var hasRun = 1;
        var looks = 0;
        while (true)
        {
            Thread.Sleep(interval);
            if (_isStopping)
                return;
            if (Interlocked.Exchange(ref hasRun, 0) == 1)
            {
                looks = 0;
                queue(() => Volatile.Write(ref hasRun, 1));
            }
            else if (++looks == MostLooks)
            {
                end($"MAS stands still: its thread pool has run nothing for {MostLooks * interval.TotalSeconds:0} s. It ends, to be started again.");
                return;
            }
        }
    }
}
