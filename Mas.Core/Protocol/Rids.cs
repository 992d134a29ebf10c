using System.Globalization;

namespace Mas.Core.Protocol;

/// <summary>Makes the ids that mark entries and messages, unique across processes and restarts.</summary>
public static class Rids
{
    private static readonly string Process = Guid.NewGuid().ToString("N")[..12];
    private static long _last;

    /// <summary>A new one.</summary>
    public static string New() => string.Create(CultureInfo.InvariantCulture, $"{Process}-{Interlocked.Increment(ref _last):x}");
}
