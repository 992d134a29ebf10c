namespace Mas.Tests.Chaos;

/// <summary>The plan of a <see cref="ChaosRun"/>.</summary>
public sealed record ChaosOptions
{
    /// <summary>Chooses the faults, their times, and what users do. It repeats the plan, not each race.</summary>
    public required int Seed { get; init; }

    /// <summary>The last round begins within this time.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>For how long faults begin in a round.</summary>
    public TimeSpan RoundDuration { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Users of a round, each with one session at a time.</summary>
    public int Users { get; init; } = 12;

    /// <summary>Groups of a round.</summary>
    public int Groups { get; init; } = 6;

    /// <summary>Whether Redis is a cluster of three masters and three replicas, whose masters are killed, paused and replaced.</summary>
    public bool OnCluster { get; init; }

    /// <summary><c>Redis:WaitReplicas</c>. With 0, what a master had not replicated when it died may be lost; with 1, nothing may.</summary>
    public int WaitReplicas { get; init; }

    /// <summary>Where logs and a copy of Redis are saved when a promise was broken; null for nowhere.</summary>
    public string? ArtifactsFolder { get; init; }
}
