using System.Collections.Concurrent;

namespace Mas.Tests.Chaos;

/// <summary>A promise that was not kept.</summary>
/// <param name="Promise">Which.</param>
/// <param name="Detail">By which message or client, and how.</param>
public sealed record Violation(string Promise, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Promise}: {Detail}";
}

/// <summary>What a round has found; added to by all of its users at once.</summary>
public sealed class Violations
{
    private readonly ConcurrentQueue<Violation> _all = new();

    /// <summary>All, in the order of their finding.</summary>
    public IReadOnlyList<Violation> All => [.. _all];

    /// <summary>Adds one.</summary>
    public void Add(string promise, string detail) => _all.Enqueue(new Violation(promise, detail));
}
