using Mas.Core.Redis;

namespace Mas.Server.Health;

/// <summary>Looks at something in Redis when the server starts and once a second from then on; while Redis is away, the next look tells.</summary>
internal abstract partial class PeriodicWatch(TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected TimeProvider Time { get; } = time;

    protected ILogger Logger { get; } = logger;

    /// <summary>One look. Each command of it fails by itself when Redis does not answer in time.</summary>
    protected abstract Task LookAsync();

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, Time);
        try
        {
            do
                await TryLookAsync();
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private async Task TryLookAsync()
    {
        try
        {
            await LookAsync();
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            LogAway(Logger, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(Logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Redis is away while it is looked at: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A look at Redis failed; the next one follows")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
