using Mas.Core.Redis;
using Mas.Server.Requests;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mas.Server.Health;

/// <summary>Whether Redis answers within 2 s. An unexpected error is logged when it begins, not at each probe.</summary>
internal sealed partial class RedisHealthCheck(RedisConnection redis, ILogger<RedisHealthCheck> logger) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private int _hasFailed;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await redis.Database.PingAsync().WaitAsync(Patience, cancellationToken);
            Volatile.Write(ref _hasFailed, 0);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // That Redis is away, its connection logs.
            if (!RedisErrors.IsAway(e) && Interlocked.Exchange(ref _hasFailed, 1) == 0)
                LogFailed(e);
            return new HealthCheckResult(context.Registration.FailureStatus, exception: e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The health check of Redis fails; /readyz answers 503 until it succeeds")]
    private partial void LogFailed(Exception exception);
}

/// <summary>Whether workers consume all inboxes of a backend (<see cref="BackendAvailability"/>).</summary>
internal sealed class BackendHealthCheck(BackendAvailability backends, string[] endpoints) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(endpoints.Any(backends.IsAway) ? new HealthCheckResult(context.Registration.FailureStatus) : HealthCheckResult.Healthy());
}
