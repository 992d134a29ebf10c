using Mas.Core.Hosting;
using Mas.Core.Queues;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;

namespace Mas.Server.Health;

/// <summary><c>/healthz</c>, <c>/readyz</c>, <c>/metrics</c>.</summary>
internal static class HealthServices
{
    private const string Redis = "redis";

    internal static IServiceCollection AddHealth(this IServiceCollection services)
    {
        // One for all probes: it remembers what it has logged.
        services.AddSingleton<RedisHealthCheck>();
        services.AddHealthChecks()
            .AddCheck<RedisHealthCheck>(Redis)
            .AddTypeActivatedCheck<BackendHealthCheck>("loopback", HealthStatus.Unhealthy, args: [(string[])[Endpoints.Loopback]])
            // Without the IRC backend people can still talk to each other: it is reported, and does not make the server unready.
            .AddTypeActivatedCheck<BackendHealthCheck>("irc", HealthStatus.Degraded, args: [(string[])[Endpoints.IrcParser, Endpoints.ConnectionManager]]);
        return services
            .AddSingleton<DepthMetrics>()
            .AddHostedService<DepthSampler>()
            .AddSingleton<MetricsText>();
    }

    internal static void MapHealth(this WebApplication app)
    {
        app.MapLiveness();
        app.MapHealthChecks("/readyz", new HealthCheckOptions { ResponseWriter = WriteReadinessAsync })
            .WithMetadata(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head])).DisableHttpMetrics();
        var depths = app.Services.GetRequiredService<DepthMetrics>();
        app.MapPrometheusScrapingEndpoint(
            "/metrics",
            app.Services.GetRequiredService<MeterProvider>(),
            scrape => scrape.Use(async (_, next) =>
            {
                await depths.ReadAsync();
                await next();
            }),
            optionsName: null).DisableHttpMetrics();
    }

    /// <summary><c>{"redis":true,"loopback":true,"irc":true}</c>; without Redis nothing else is known to be there.</summary>
    private static Task WriteReadinessAsync(HttpContext http, HealthReport report)
    {
        var isRedisThere = IsThere(Redis);
        return http.Response.WriteAsJsonAsync(report.Entries.Keys.ToDictionary(name => name, name => isRedisThere && IsThere(name)), http.RequestAborted);

        bool IsThere(string name) => report.Entries[name].Status == HealthStatus.Healthy;
    }
}
