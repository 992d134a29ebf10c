using Mas.Core.Queues;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace Mas.Core.Hosting;

/// <summary>A worker's own <c>/metrics</c> and <c>/healthz</c>, where <c>Worker:MetricsUrl</c> asks for them.</summary>
internal sealed class WorkerEndpoint(WorkerOptions options, MeterProvider metrics) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.MetricsUrl.Length == 0)
            return;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHealthChecks();
        await using var app = builder.Build();
        app.Urls.Add(options.MetricsUrl);
        app.MapPrometheusScrapingEndpoint("/metrics", metrics, configureBranchedPipeline: null, optionsName: null).DisableHttpMetrics();
        app.MapLiveness();
        await app.StartAsync(stoppingToken);
        await app.WaitForShutdownAsync(stoppingToken);
    }
}
