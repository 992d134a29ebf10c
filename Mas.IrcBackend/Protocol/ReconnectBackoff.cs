namespace Mas.IrcBackend.Protocol;

/// <summary>
/// How long to wait before the next attempt to connect: growing steps, the last one for ever, jittered so that many
/// users who lost the same server don't come back in the same second.
/// </summary>
/// <param name="steps">The waits, in order; at least one.</param>
internal sealed class ReconnectBackoff(IReadOnlyList<TimeSpan> steps)
{
    /// <summary>A connection that lived so long after its welcome was a good one: the steps start anew.</summary>
    internal static readonly TimeSpan StableAfter = TimeSpan.FromMinutes(1);

    private const double Jitter = 0.2;

    /// <summary>30 seconds, 3 minutes, 1 hour.</summary>
    internal static IReadOnlyList<TimeSpan> DefaultSteps { get; } = [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(3), TimeSpan.FromHours(1)];

    /// <summary>How many waits there have been since the last good connection (<c>retryCount</c> of the schema).</summary>
    internal int Retries { get; private set; }

    /// <summary>Gives the next wait, a fifth more or less than its step.</summary>
    internal TimeSpan Next(Random random)
    {
        var step = steps[Math.Min(Retries, steps.Count - 1)];
        Retries++;
        return step * (1 - Jitter + (2 * Jitter * random.NextDouble()));
    }

    /// <summary>Notes how long a connection lasted after its welcome.</summary>
    internal void Lasted(TimeSpan registered)
    {
        if (registered >= StableAfter)
            Retries = 0;
    }

    /// <summary>Starts anew: the user asked for the connection.</summary>
    internal void Reset() => Retries = 0;
}
