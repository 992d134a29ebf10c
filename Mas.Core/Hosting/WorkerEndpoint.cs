using Mas.Core.Queues;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mas.Core.Hosting;

/// <summary>A worker's own <c>/metrics</c> and <c>/healthz</c>, where <c>Worker:MetricsUrl</c> asks for them.</summary>
internal sealed class WorkerEndpoint(WorkerOptions options, PrometheusExporter exporter) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.MetricsUrl.Length == 0)
            return;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Urls.Add(options.MetricsUrl);
        app.MapGet("/metrics", () => Results.Text(exporter.Collect(), PrometheusExporter.ContentType));
        app.MapGet("/healthz", () => Results.Text("ok\n"));
        await app.StartAsync(stoppingToken);
        await app.WaitForShutdownAsync(stoppingToken);
    }
}
