using System.Numerics;

namespace Mas.Load;

/// <summary>Counts latencies in buckets that are a 64th of a power of two wide: exact to 1.6 %, whatever their size.</summary>
internal sealed class Histogram
{
    private const int SubBits = 6;
    private const int Sub = 1 << SubBits;
    private readonly long[] _counts = new long[(64 - SubBits) * Sub];

    /// <summary>The counts as they are sent from process to process: bucket and count in turns.</summary>
    public IEnumerable<long> Sparse => _counts.SelectMany((count, i) => count > 0 ? new[] { i, count } : []);

    /// <summary>How many values there are.</summary>
    public long Count { get; private set; }

    /// <param name="microseconds">A latency; a negative one counts as 0.</param>
    public void Add(long microseconds)
    {
        _counts[IndexOf(Math.Max(0, microseconds))]++;
        Count++;
    }

    public void AddSparse(IReadOnlyList<long> pairs)
    {
        for (var i = 0; i + 1 < pairs.Count; i += 2)
        {
            _counts[pairs[i]] += pairs[i + 1];
            Count += pairs[i + 1];
        }
    }

    /// <summary>The value below which a part (0 to 1) of all values is, ms.</summary>
    public double Quantile(double part)
    {
        var left = (long)Math.Ceiling(Count * part);
        for (var i = 0; i < _counts.Length; i++)
        {
            left -= _counts[i];
            if (left <= 0 && Count > 0)
                return UpperOf(i) / 1000.0;
        }
        return 0;
    }

    private static int IndexOf(long value)
    {
        if (value < Sub)
            return (int)value;
        var exponent = BitOperations.Log2((ulong)value) - SubBits;
        return (exponent + 1) * Sub + (int)((value >> exponent) - Sub);
    }

    private static long UpperOf(int index) =>
        index < Sub ? index : ((index % Sub) + Sub + 1L) << (index / Sub - 1);
}
