using System.Collections.Concurrent;

namespace Mas.Tests.Chaos;

/// <summary>A promise that was not kept.</summary>
/// <param name="Promise">The promise.</param>
/// <param name="Detail">Where it was broken, and how.</param>
public sealed record Violation(string Promise, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Promise}: {Detail}";
}

/// <summary>The broken promises of a round; safe for all of its users at once.</summary>
public sealed class Violations
{
    private readonly ConcurrentQueue<Violation> _all = new();

    /// <summary>All, oldest first.</summary>
    public IReadOnlyList<Violation> All => [.. _all];

    /// <summary>Adds one.</summary>
    public void Add(string promise, string detail) => _all.Enqueue(new Violation(promise, detail));
}
