using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Mas.Core.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Mas.Core.Hosting;

/// <summary>OpenTelemetry: metrics for Prometheus, and metrics and traces for a collector.</summary>
internal static class TelemetryServices
{
    /// <summary>Adds what <see cref="TelemetryOptions"/> asks for.</summary>
    /// <exception cref="ValidationException">A setting is wrong.</exception>
    internal static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection("Telemetry").Get<TelemetryOptions>() ?? new();
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        builder.Services.AddSingleton(options);
        var ratio = options.HasCollector ? options.SampleRatio : 0;
        builder.Services.AddSingleton(new TraceSampler(ratio));
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(ServiceName(builder.Environment.ApplicationName), serviceVersion: Version))
            .WithMetrics(metrics => AddMetrics(metrics, options));
        if (ratio > 0)
            telemetry.WithTracing(tracing => AddTracing(tracing, options));
    }

    /// <summary><c>mas-server</c> for <c>Mas.Server</c>.</summary>
    private static string ServiceName(string program) => program.Replace('.', '-').ToLowerInvariant();

    private static string? Version =>
        typeof(TelemetryServices).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];

    private static void AddMetrics(MeterProviderBuilder metrics, TelemetryOptions options)
    {
        // .NET's own meters: memory, garbage collection and threads; HTTP requests.
        metrics.AddMeter(MasMeter.Meter.Name, "System.Runtime", "Microsoft.AspNetCore.Hosting");
        metrics.AddPrometheusExporter(prometheus =>
        {
            // Otherwise every series would get labels with the meter's name.
            prometheus.ScopeInfoEnabled = false;
            prometheus.ScrapeResponseCacheDurationMilliseconds = 0;
        });
        if (options.HasCollector)
            metrics.AddOtlpExporter(otlp => Configure(otlp, options, "v1/metrics"));
    }

    private static void AddTracing(TracerProviderBuilder tracing, TelemetryOptions options) => tracing
        .AddSource(MasTracing.Source.Name)
        // TraceSampler decides where a trace begins; later spans follow that decision.
        .SetSampler(new ParentBasedSampler(new AlwaysOnSampler()))
        .AddOtlpExporter(otlp => Configure(otlp, options, "v1/traces"));

    private static void Configure(OtlpExporterOptions otlp, TelemetryOptions options, string httpPath)
    {
        var isHttp = options.Protocol == "http/protobuf";
        otlp.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        otlp.Endpoint = isHttp ? new Uri($"{options.OtlpEndpoint.TrimEnd('/')}/{httpPath}") : new Uri(options.OtlpEndpoint);
        otlp.Headers = options.OtlpHeaders;
    }
}
