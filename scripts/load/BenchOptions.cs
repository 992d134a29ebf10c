namespace Mas.Load;

/// <summary>How <c>scripts/bench</c> measures.</summary>
internal sealed record BenchOptions
{
    /// <summary>Which scenarios, in this order.</summary>
    public required IReadOnlyList<Scenario> Scenarios { get; init; }

    /// <summary>Runs of each scenario and target.</summary>
    public required int Runs { get; init; }

    /// <summary>Processes that make the load.</summary>
    public required int LoadProcesses { get; init; }

    /// <summary>The length of a message's text.</summary>
    public required int MessageBytes { get; init; }

    /// <summary>Seconds before the measured time.</summary>
    public required int WarmUpSeconds { get; init; }

    /// <summary>The measured time of a run.</summary>
    public required int Seconds { get; init; }

    /// <summary>Mas.Server processes.</summary>
    public required int Servers { get; init; }

    /// <summary>Mas.Loopback processes.</summary>
    public required int Workers { get; init; }

    /// <summary>The inboxes that they share.</summary>
    public required int Inboxes { get; init; }

    /// <summary>Whether MAS's Redis keeps an append-only file.</summary>
    public required bool AppendOnly { get; init; }

    /// <summary>Idle connections.</summary>
    public required int Connections { get; init; }

    /// <summary>Whether results are printed as JSON.</summary>
    public required bool IsJson { get; init; }
}
