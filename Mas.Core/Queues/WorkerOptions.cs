using System.ComponentModel.DataAnnotations;

namespace Mas.Core.Queues;

/// <summary>Settings section <c>Worker</c>.</summary>
public sealed class WorkerOptions
{
    /// <summary>How long a lease lasts without being renewed, in milliseconds. A standby takes over within that time. Raise it on machines that pause for seconds.</summary>
    [Range(500, 60_000)]
    public int LeaseMilliseconds { get; set; } = 4000;

    /// <summary>How many entries of an inbox are handled as one batch, at most.</summary>
    [Range(1, 5000)]
    public int BatchSize { get; set; } = 2000;

    /// <summary>How many entries a dead-letter list keeps.</summary>
    [Range(1, 1_000_000)]
    public int DeadLetters { get; set; } = 1000;

    /// <summary>Where the worker's own <c>/metrics</c> and <c>/healthz</c> are, such as <c>http://127.0.0.1:3201</c>. Empty for nowhere.</summary>
    public string MetricsUrl { get; set; } = "";
}
