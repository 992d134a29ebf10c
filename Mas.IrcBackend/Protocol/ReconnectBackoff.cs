namespace Mas.IrcBackend.Protocol;

/// <summary>
/// The pauses between attempts to connect: growing steps, the last one for ever, with jitter, so that users who lost the same
/// server do not come back in the same second.
/// </summary>
/// <param name="steps">The pauses, in order; at least one.</param>
internal sealed class ReconnectBackoff(IReadOnlyList<TimeSpan> steps)
{
    /// <summary>A connection that lasted this long after 001 resets the steps.</summary>
    internal static readonly TimeSpan StableAfter = TimeSpan.FromMinutes(1);

    private const double Jitter = 0.2;

    internal static IReadOnlyList<TimeSpan> DefaultSteps { get; } = [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(3), TimeSpan.FromHours(1)];

    /// <summary>The pauses since the last stable connection (<c>retryCount</c> of the schema).</summary>
    internal int Retries { get; private set; }

    /// <summary>The next pause: its step, up to a fifth longer or shorter.</summary>
    internal TimeSpan Next(Random random)
    {
        var step = steps[Math.Min(Retries, steps.Count - 1)];
        Retries++;
        return step * (1 - Jitter + (2 * Jitter * random.NextDouble()));
    }

    /// <summary>Takes how long a connection lasted after 001.</summary>
    internal void Lasted(TimeSpan registered)
    {
        if (registered >= StableAfter)
            Retries = 0;
    }
}
