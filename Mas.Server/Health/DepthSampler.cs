using Mas.Core.Hosting;

namespace Mas.Server.Health;

/// <summary>Reads <see cref="DepthMetrics"/> for a collector, which gets metrics without asking for them; a scrape reads them itself.</summary>
internal sealed class DepthSampler(DepthMetrics depths, TelemetryOptions options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.OtlpEndpoint.Length == 0)
            return;
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
                await depths.ReadAsync();
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }
}
