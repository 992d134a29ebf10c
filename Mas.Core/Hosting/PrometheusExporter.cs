using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Mas.Core.Hosting;

/// <summary>
/// Listens to the instruments of <see cref="MasMeter"/> and prints them in Prometheus's text format (version 0.0.4).
/// </summary>
public sealed class PrometheusExporter : IDisposable
{
    /// <summary>The content type of what <see cref="Collect"/> returns.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Upper bounds of the histograms' buckets; latencies are in seconds, sizes in entries.</summary>
    private static readonly double[] SecondsBuckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] CountBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Family> _families = new(StringComparer.Ordinal);

    /// <summary>Starts to listen.</summary>
    public PrometheusExporter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == MasMeter.Meter)
            {
                // A name with two units is two families: sizes of batches, and how long they took.
                var family = _families.GetOrAdd($"{instrument.Name} {instrument.Unit}", _ => new Family(instrument));
                listener.EnableMeasurementEvents(instrument, family);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => ((Family)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => ((Family)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => ((Family)state!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Reads the observable instruments and prints everything.</summary>
    public string Collect()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
            family.Print(text);
        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private sealed class Family
    {
        private readonly Instrument _instrument;
        private readonly bool _observed;
        private readonly string _type;
        private readonly double[] _bounds;
        private readonly Dictionary<string, double[]> _series = new(StringComparer.Ordinal);
        private readonly Dictionary<string, double[]>.AlternateLookup<ReadOnlySpan<char>> _seriesByLabels;
        private readonly Lock _lock = new();

        public Family(Instrument instrument)
        {
            _instrument = instrument;
            _observed = instrument.IsObservable;
            var kind = instrument.GetType().Name;
            _type = kind.Contains("Histogram", StringComparison.Ordinal) ? "histogram"
                : kind.Contains("UpDown", StringComparison.Ordinal) || kind.Contains("Gauge", StringComparison.Ordinal) ? "gauge"
                : "counter";
            _bounds = instrument.Unit == "s" ? SecondsBuckets : CountBuckets;
            _seriesByLabels = _series.GetAlternateLookup<ReadOnlySpan<char>>();
        }

        public string Name => _instrument.Name + (_type == "counter" ? "_total" : _instrument.Unit == "s" ? "_seconds" : "");

        public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            // On the way of every message: what is there already is found without building a string.
            Span<char> labels = stackalloc char[256];
            var isShort = TryWriteLabels(tags, labels, out var length);
            lock (_lock)
            {
                if (!isShort || !_seriesByLabels.TryGetValue(labels[..length], out var cells))
                    cells = SeriesOf(Labels(tags));
                if (_type != "histogram")
                {
                    cells[0] = _observed ? value : cells[0] + value;
                    return;
                }
                var bucket = 0;
                while (bucket < _bounds.Length && value > _bounds[bucket])
                    bucket++;
                cells[bucket]++;
                cells[^1] += value;
            }
        }

        public void Print(StringBuilder text)
        {
            lock (_lock)
            {
                text.Append(CultureInfo.InvariantCulture, $"# HELP {Name} {_instrument.Description}\n# TYPE {Name} {_type}\n");
                foreach (var (labels, cells) in _series)
                {
                    if (_type == "histogram")
                        PrintHistogram(text, labels, cells);
                    else
                        text.Append(CultureInfo.InvariantCulture, $"{Name}{(labels.Length > 0 ? $"{{{labels}}}" : "")} {cells[0]}\n");
                }
                if (_observed)
                    _series.Clear();
            }
        }

        private void PrintHistogram(StringBuilder text, string labels, double[] cells)
        {
            var separator = labels.Length > 0 ? "," : "";
            var braced = labels.Length > 0 ? $"{{{labels}}}" : "";
            double count = 0;
            for (var i = 0; i <= _bounds.Length; i++)
            {
                count += cells[i];
                var bound = i < _bounds.Length ? _bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                text.Append(CultureInfo.InvariantCulture, $"{Name}_bucket{{{labels}{separator}le=\"{bound}\"}} {count}\n");
            }
            text.Append(CultureInfo.InvariantCulture, $"{Name}_sum{braced} {cells[^1]}\n{Name}_count{braced} {count}\n");
        }

        private double[] SeriesOf(string labels) => _series.TryGetValue(labels, out var cells)
            ? cells
            : _series[labels] = new double[_type == "histogram" ? _bounds.Length + 2 : 1];

        /// <summary>Writes what <see cref="Labels"/> gives, unless it is long or has to be escaped.</summary>
        private static bool TryWriteLabels(ReadOnlySpan<KeyValuePair<string, object?>> tags, Span<char> to, out int length)
        {
            length = 0;
            foreach (var (name, value) in tags)
            {
                if (value is not string text || text.AsSpan().IndexOfAny('\\', '"', '\n') >= 0
                    || !to[length..].TryWrite($"{(length > 0 ? "," : "")}{name}=\"{text}\"", out var written))
                    return false;
                length += written;
            }
            return true;
        }

        private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Length == 0)
                return "";
            var text = new StringBuilder();
            foreach (var (name, value) in tags)
            {
                var escaped = value?.ToString()?.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
                text.Append(text.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{name}=\"{escaped}\"");
            }
            return text.ToString();
        }
    }
}
