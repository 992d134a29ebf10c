using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mas.Tests.Telemetry;

/// <summary>A span as a collector gets it.</summary>
/// <param name="TraceId">In hexadecimal.</param>
/// <param name="SpanId">In hexadecimal.</param>
/// <param name="ParentId">In hexadecimal; empty for the first of a trace.</param>
/// <param name="Name">What was done.</param>
/// <param name="Service">Who did it: <c>service.name</c>.</param>
/// <param name="Instance">Which process: <c>service.instance.id</c>.</param>
/// <param name="Tags">Its attributes that are text.</param>
public sealed record CollectedSpan(
    string TraceId, string SpanId, string ParentId, string Name, string Service, string Instance, IReadOnlyDictionary<string, string> Tags);

/// <summary>An OpenTelemetry collector of a test's own: takes OTLP over HTTP, and remembers spans and the names of metrics.</summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<CollectedSpan> _spans = new();
    private readonly ConcurrentDictionary<(string Service, string Metric), byte> _metrics = new();

    private OtlpCollector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapPost("/v1/traces", async (HttpRequest request) => ReadTraces(await BodyAsync(request)));
        _app.MapPost("/v1/metrics", async (HttpRequest request) => ReadMetrics(await BodyAsync(request)));
    }

    /// <summary>What processes get as <c>Telemetry:OtlpEndpoint</c>, and the shortest pauses between their exports.</summary>
    public Dictionary<string, string> Settings(double sampleRatio) => new()
    {
        ["Telemetry:OtlpEndpoint"] = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single(),
        ["Telemetry:SampleRatio"] = sampleRatio.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
    };

    /// <summary>All spans so far.</summary>
    public IReadOnlyList<CollectedSpan> Spans => [.. _spans];

    /// <summary>The metrics of a service so far.</summary>
    public IReadOnlyList<string> MetricsOf(string service) => [.. _metrics.Keys.Where(key => key.Service == service).Select(key => key.Metric).Order()];

    /// <summary>Starts one.</summary>
    public static async Task<OtlpCollector> StartAsync()
    {
        var collector = new OtlpCollector();
        await collector._app.StartAsync();
        return collector;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task<byte[]> BodyAsync(HttpRequest request)
    {
        Assert.Equal("application/x-protobuf", request.ContentType);
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    // ExportTraceServiceRequest: resource_spans 1 { resource 1, scope_spans 2 { spans 2 } }.
    private void ReadTraces(byte[] body)
    {
        foreach (var resourceSpans in ProtoMessage.Parse(body).Messages(1))
        {
            var resource = Attributes(resourceSpans.Messages(1).Single(), field: 1);
            foreach (var span in resourceSpans.Messages(2).SelectMany(scope => scope.Messages(2)))
            {
                _spans.Enqueue(new CollectedSpan(
                    span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), resource["service.name"], resource["service.instance.id"], Attributes(span, field: 9)));
            }
        }
    }

    // ExportMetricsServiceRequest: resource_metrics 1 { resource 1, scope_metrics 2 { metrics 2 { name 1 } } }.
    private void ReadMetrics(byte[] body)
    {
        foreach (var resourceMetrics in ProtoMessage.Parse(body).Messages(1))
        {
            var resource = Attributes(resourceMetrics.Messages(1).Single(), field: 1);
            foreach (var metric in resourceMetrics.Messages(2).SelectMany(scope => scope.Messages(2)))
                _metrics.TryAdd((resource["service.name"], metric.Text(1)), 0);
        }
    }

    // KeyValue: key 1, value 2 (AnyValue: string_value 1).
    private static Dictionary<string, string> Attributes(ProtoMessage of, int field) =>
        of.Messages(field).ToDictionary(pair => pair.Text(1), pair => pair.Messages(2).Single().Text(1));
}
