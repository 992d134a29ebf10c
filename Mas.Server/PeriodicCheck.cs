using Mas.Core.Redis;

namespace Mas.Server;

/// <summary>Checks something in Redis when the server starts, and then once a second. A check that fails is followed by the next.</summary>
internal abstract partial class PeriodicCheck(TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected TimeProvider Time { get; } = time;

    protected ILogger Logger { get; } = logger;

    /// <summary>One check. Each of its commands fails by itself when Redis does not answer in time.</summary>
    protected abstract Task CheckAsync();

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, Time);
        try
        {
            do
                await TryCheckAsync();
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task TryCheckAsync()
    {
        try
        {
            await CheckAsync();
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            LogUnavailable(Logger, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(Logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A periodic check could not reach Redis: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A periodic check failed; the next one follows in a second")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
