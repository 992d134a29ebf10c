using Mas.Core.Redis;
using Mas.Server.Requests;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mas.Server.Health;

/// <summary>Whether Redis answers within 2 s.</summary>
internal sealed class RedisHealthCheck(RedisConnection redis) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await redis.Database.PingAsync().WaitAsync(Patience, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            return new HealthCheckResult(context.Registration.FailureStatus, exception: e);
        }
    }
}

/// <summary>Whether workers consume all inboxes of a backend (<see cref="BackendAvailability"/>).</summary>
internal sealed class BackendHealthCheck(BackendAvailability backends, string[] endpoints) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(endpoints.Any(backends.IsAway) ? new HealthCheckResult(context.Registration.FailureStatus) : HealthCheckResult.Healthy());
}
