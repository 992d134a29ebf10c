using Microsoft.Extensions.Logging;

namespace Mas.Core.Redis;

/// <summary>Looks every second whether the client library is in a state that it does not get out of by itself, until disposed.</summary>
internal sealed partial class LibraryWatch : IAsyncDisposable
{
    /// <summary>As often as the library's heartbeat.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger;
    private readonly PeriodicTimer _timer;
    private readonly Task _looking;

    /// <param name="lookAsync">Looks once, and mends what it finds; one look begins when the one before is over.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Is told of looks that failed.</param>
    internal LibraryWatch(Func<Task> lookAsync, TimeProvider time, ILogger logger)
    {
        _logger = logger;
        _timer = new PeriodicTimer(Interval, time);
        _looking = RunAsync(lookAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _looking;
    }

    private async Task RunAsync(Func<Task> lookAsync)
    {
        while (await _timer.WaitForNextTickAsync())
        {
            try
            {
                await lookAsync();
            }
            catch (Exception e)
            {
                // The library, asked while its connections come and go, fails in more ways than it tells; the next look is a new one.
                LogFailed(_logger, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The state of the client library could not be looked at; it is looked at again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
