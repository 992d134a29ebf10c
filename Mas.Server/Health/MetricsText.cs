using System.Text;

namespace Mas.Server.Health;

/// <summary>This server's metrics as <c>/metrics</c> serves them, read within the process.</summary>
/// <remarks>The exporter offers itself only as middleware; a second reader beside it would make every measurement cost twice.</remarks>
internal sealed class MetricsText
{
    private readonly IServiceProvider _services;
    private readonly RequestDelegate _scrape;

    public MetricsText(IServiceProvider services)
    {
        _services = services;
        _scrape = new ApplicationBuilder(services).UseOpenTelemetryPrometheusScrapingEndpoint(_ => true).Build();
    }

    internal async Task<string> ReadAsync()
    {
        using var body = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = _services };
        http.Request.Method = HttpMethods.Get;
        http.Response.Body = body;
        await _scrape(http);
        return http.Response.StatusCode == StatusCodes.Status200OK
            ? Encoding.UTF8.GetString(body.GetBuffer().AsSpan(0, (int)body.Length))
            : throw new InvalidOperationException($"The metrics could not be read: status {http.Response.StatusCode}.");
    }
}
