using System.ComponentModel.DataAnnotations;

namespace Mas.Core.Hosting;

/// <summary>Settings section <c>Telemetry</c>.</summary>
public sealed class TelemetryOptions : IValidatableObject
{
    /// <summary>The URL of an OpenTelemetry collector that gets metrics and traces, such as <c>http://127.0.0.1:4318</c>. Empty for none.</summary>
    public string OtlpEndpoint { get; set; } = "";

    /// <summary>How to speak to the collector: <c>http/protobuf</c> (its port 4318) or <c>grpc</c> (its port 4317).</summary>
    [RegularExpression("^(http/protobuf|grpc)$", ErrorMessage = "The setting Telemetry:Protocol must be 'http/protobuf' or 'grpc'.")]
    public string Protocol { get; set; } = "http/protobuf";

    /// <summary>HTTP headers for the collector, such as <c>api-key=…</c>, separated by commas.</summary>
    public string OtlpHeaders { get; set; } = "";

    /// <summary>The share of requests and IRC lines that are traced, 0 to 1. Nothing is traced without a collector.</summary>
    [Range(0.0, 1.0, ErrorMessage = "The setting Telemetry:SampleRatio must be from 0 to 1.")]
    public double SampleRatio { get; set; } = 0.01;

    /// <summary>Whether a collector is set.</summary>
    internal bool HasCollector => OtlpEndpoint.Length > 0;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (HasCollector && !(Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            yield return new($"The setting Telemetry:OtlpEndpoint is '{OtlpEndpoint}'; it must be a URL such as http://127.0.0.1:4318.");
        // Without the value: it is a secret.
        if (OtlpHeaders.Length > 0 && !Uri.UnescapeDataString(OtlpHeaders).Split(',').All(IsHeader))
            yield return new("The setting Telemetry:OtlpHeaders must be name=value, several separated by commas.");
    }

    /// <summary>Whether a header's name is a token (RFC 9110), and its value one line.</summary>
    private static bool IsHeader(string header) =>
        header.Split('=', 2) is [var name, var value] && name.Trim() is { Length: > 0 } token
        && token.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c)) && !value.Any(char.IsControl);
}
