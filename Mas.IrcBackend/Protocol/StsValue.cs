using System.Globalization;

namespace Mas.IrcBackend.Protocol;

/// <summary>The value of the capability <c>sts</c> (IRCv3 strict transport security).</summary>
/// <param name="Port">The port that speaks TLS; null when it is missing or no port.</param>
/// <param name="Duration">How long the policy holds; null when it is missing, zero to end it.</param>
internal sealed record StsValue(int? Port, TimeSpan? Duration)
{
    // Longer than anybody means, and still far from the end of DateTimeOffset.
    private const long MaxSeconds = 100L * 365 * 24 * 3600;

    /// <summary>Reads <c>duration=604800,port=6697,preload</c>; unknown keys are ignored.</summary>
    internal static StsValue Parse(string value)
    {
        int? port = null;
        TimeSpan? duration = null;
        foreach (var entry in value.Split(','))
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            var number = equals > 0 && long.TryParse(entry.AsSpan(equals + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
                ? parsed
                : (long?)null;
            if (entry.StartsWith("port=", StringComparison.Ordinal) && number is > 0 and <= 65535)
                port = (int)number.Value;
            else if (entry.StartsWith("duration=", StringComparison.Ordinal) && number is { } seconds)
                duration = TimeSpan.FromSeconds(Math.Min(seconds, MaxSeconds));
        }
        return new StsValue(port, duration);
    }
}
