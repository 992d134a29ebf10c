using System.Diagnostics.Metrics;
using Mas.Core.Hosting;

namespace Mas.Tests.Hosting;

public sealed class PrometheusExporterTests
{
    private static readonly Counter<long> Counter = MasMeter.Meter.CreateCounter<long>("mas_test_things", description: "Things");
    private static readonly Counter<long> Labelled = MasMeter.Meter.CreateCounter<long>("mas_test_labelled", description: "Labelled");
    private static readonly Histogram<double> Seconds = MasMeter.Meter.CreateHistogram<double>("mas_test_wait", "s", "Waits");

    [Fact]
    public void Collect_CountersAndHistograms_ArePrintedAsPrometheusReadsThem()
    {
        using var exporter = new PrometheusExporter();
        Counter.Add(2, new KeyValuePair<string, object?>("kind", "a\"b"));
        Counter.Add(3, new KeyValuePair<string, object?>("kind", "a\"b"));
        Seconds.Record(0.003);
        Seconds.Record(100);

        var text = exporter.Collect();

        Assert.Contains("# TYPE mas_test_things_total counter\nmas_test_things_total{kind=\"a\\\"b\"} 5\n", text, StringComparison.Ordinal);
        Assert.Contains("mas_test_wait_seconds_bucket{le=\"0.002\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("mas_test_wait_seconds_bucket{le=\"0.005\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("mas_test_wait_seconds_bucket{le=\"+Inf\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("mas_test_wait_seconds_count 2\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("a longer one than what is looked up without building a string ")]
    public void Collect_ASeriesOfSeveralLabels_IsCountedAsOneWhateverItsLength(string value)
    {
        var size = value == "plain" ? value : string.Concat(Enumerable.Repeat(value, 10));
        using var exporter = new PrometheusExporter();
        for (var i = 0; i < 3; i++)
            Labelled.Add(1, new("type", "SEND"), new("size", size));
        Labelled.Add(1, new("type", "SEND"), new("size", 7));

        var text = exporter.Collect();

        Assert.Contains($"mas_test_labelled_total{{type=\"SEND\",size=\"{size}\"}} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("mas_test_labelled_total{type=\"SEND\",size=\"7\"} 1\n", text, StringComparison.Ordinal);
    }
}
