namespace Mas.Tests.Chaos;

/// <summary>How a <see cref="ChaosRun"/> goes.</summary>
public sealed record ChaosOptions
{
    /// <summary>Chooses the faults, when they come, and what users do. Timing is the machine's, so a seed repeats the plan, not each race.</summary>
    public required int Seed { get; init; }

    /// <summary>When the last round begins at the latest.</summary>
    public TimeSpan Lasts { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long faults come in one round.</summary>
    public TimeSpan Round { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Users of a round, each with one session at a time.</summary>
    public int Users { get; init; } = 12;

    /// <summary>Groups of a round.</summary>
    public int Groups { get; init; } = 6;

    /// <summary>Whether Redis is a cluster of three masters and three replicas, whose masters are killed, paused and replaced.</summary>
    public bool OnCluster { get; init; }

    /// <summary><c>Redis:WaitReplicas</c>. With 0 what a master that died had not passed on may be lost, with 1 nothing may.</summary>
    public int WaitReplicas { get; init; }

    /// <summary>Where logs are kept when a promise was broken; null: nowhere.</summary>
    public string? KeepIn { get; init; }
}
