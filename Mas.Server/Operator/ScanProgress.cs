using System.Globalization;

namespace Mas.Server.Operator;

/// <summary>How far a script is on its way through the keyspace, by the cursor of its next step.</summary>
internal static class ScanProgress
{
    internal static void Report(ProgressBar bar, string name, string? next)
    {
        if (next is null)
            return;
        // The scripts' cursors are a SCAN's cursor, or <phase>/<cursor>[/<more>]; on a cluster, <node>.<cursor>.
        var parts = next.Split('/');
        bar.Describe(parts.Length > 1 ? $"{name}, phase {parts[0]}" : name);
        bar.Report(PartOf(parts.Length > 1 ? parts[1] : parts[0]));
    }

    /// <summary>
    /// SCAN counts with the bits of its cursor reversed, so the reversed cursor grows from 0 to 2^64, however large the keyspace is. Null for
    /// another kind of cursor.
    /// </summary>
    internal static double? PartOf(string cursor) => ulong.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
        ? Reverse(bits) / Math.Pow(2, 64)
        : null;

    private static ulong Reverse(ulong bits)
    {
        var reversed = 0UL;
        for (var i = 0; i < 64; i++)
            reversed |= ((bits >> i) & 1) << (63 - i);
        return reversed;
    }
}
