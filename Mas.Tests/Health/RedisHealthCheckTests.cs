using Mas.Core.Redis;
using Mas.Server.Health;
using Mas.Tests.Harness;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mas.Tests.Health;

/// <summary>What <c>/readyz</c> says of Redis.</summary>
public sealed class RedisHealthCheckTests
{
    [Fact]
    public async Task Check_WithAnUnexpectedError_FailsAndIsLoggedOnceUntilItSucceeds()
    {
        await using var server = await RedisServer.StartAsync();
        await using var redis = await RedisConnection.ConnectAsync(new RedisOptions { Endpoint = server.Endpoint }, NullLogger.Instance, CancellationToken.None);
        var log = new ErrorCount();
        var check = new RedisHealthCheck(redis, log);
        var context = new HealthCheckContext { Registration = new HealthCheckRegistration("redis", check, HealthStatus.Degraded, null) };

        await server.Database.ExecuteAsync("ACL", "SETUSER", "default", "-ping");
        Assert.Equal(HealthStatus.Degraded, (await check.CheckHealthAsync(context)).Status);
        Assert.Equal(HealthStatus.Degraded, (await check.CheckHealthAsync(context)).Status);
        Assert.Equal(1, log.Errors);

        await server.Database.ExecuteAsync("ACL", "SETUSER", "default", "+ping");
        Assert.Equal(HealthStatus.Healthy, (await check.CheckHealthAsync(context)).Status);

        await server.Database.ExecuteAsync("ACL", "SETUSER", "default", "-ping");
        await check.CheckHealthAsync(context);
        Assert.Equal(2, log.Errors);
    }

    private sealed class ErrorCount : ILogger<RedisHealthCheck>
    {
        internal int Errors { get; private set; }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Error)
                Errors++;
        }
    }
}
