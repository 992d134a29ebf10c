using System.Globalization;
using System.Text.RegularExpressions;

namespace Mas.Tests.Telemetry;

/// <summary>One line of Prometheus text.</summary>
/// <param name="Name">The series' name, such as <c>x_seconds_bucket</c>.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Value">Its value.</param>
public sealed record PrometheusSample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>A metric with all its series.</summary>
/// <param name="Name">Its name, such as <c>x_seconds</c>.</param>
/// <param name="Type"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
/// <param name="Help">What it means.</param>
/// <param name="Samples">Its lines.</param>
public sealed record PrometheusFamily(string Name, string Type, string Help, List<PrometheusSample> Samples)
{
    /// <summary>Upper bounds of a histogram's buckets, without the last, which has none.</summary>
    public IReadOnlyList<double> Bounds => [.. Samples
        .Where(sample => sample.Name == Name + "_bucket" && sample.Labels["le"] != "+Inf")
        .Select(sample => double.Parse(sample.Labels["le"], CultureInfo.InvariantCulture)).Distinct().Order()];
}

/// <summary>Reads Prometheus text (version 0.0.4), and fails where it is not what Prometheus would read.</summary>
public static partial class PrometheusText
{
    /// <summary>The metrics by name.</summary>
    public static IReadOnlyDictionary<string, PrometheusFamily> Parse(string text)
    {
        var families = new Dictionary<string, PrometheusFamily>(StringComparer.Ordinal);
        var (types, helps) = (new Dictionary<string, string>(), new Dictionary<string, string>());
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Comment().Match(line) is { Success: true } comment)
            {
                Assert.True((comment.Groups["kind"].Value == "TYPE" ? types : helps).TryAdd(comment.Groups["name"].Value, comment.Groups["text"].Value), line);
                continue;
            }
            var match = Sample().Match(line);
            Assert.True(match.Success, $"not a line of Prometheus text: {line}");
            var name = match.Groups["name"].Value;
            var owner = types.ContainsKey(name) ? name : HistogramEnd().Replace(name, "");
            Assert.True(types.TryGetValue(owner, out var type) && helps.ContainsKey(owner), $"no TYPE or no HELP before: {line}");
            if (!families.TryGetValue(owner, out var family))
                families[owner] = family = new PrometheusFamily(owner, type, helps[owner], []);
            var labels = Label().Matches(match.Groups["labels"].Value).ToDictionary(label => label.Groups["name"].Value, label => Regex.Unescape(label.Groups["value"].Value));
            family.Samples.Add(new PrometheusSample(name, labels, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)));
        }
        foreach (var family in families.Values.Where(family => family.Type == "histogram"))
            AssertConsistent(family);
        return families;
    }

    /// <summary>Buckets are cumulative, and the last is the count.</summary>
    private static void AssertConsistent(PrometheusFamily family)
    {
        foreach (var series in family.Samples.GroupBy(sample => string.Join(',', sample.Labels.Where(label => label.Key != "le").OrderBy(label => label.Key).Select(label => $"{label.Key}={label.Value}"))))
        {
            var buckets = series.Where(sample => sample.Name == family.Name + "_bucket").Select(sample => sample.Value).ToArray();
            Assert.NotEmpty(buckets);
            Assert.Equal(buckets.Order(), buckets);
            Assert.Equal(buckets[^1], Assert.Single(series, sample => sample.Name == family.Name + "_count").Value);
            Assert.Single(series, sample => sample.Name == family.Name + "_sum");
        }
    }

    [GeneratedRegex("^# (?<kind>TYPE|HELP) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<text>.+)$")]
    private static partial Regex Comment();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*",?)*)\})? (?<value>-?[0-9.eE+-]+|[+-]Inf|NaN)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\]|\\.)*)",?""")]
    private static partial Regex Label();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramEnd();
}
