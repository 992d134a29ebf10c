using System.Collections.Concurrent;

namespace Mas.Tests.Chaos;

/// <summary>
/// When what a master of a cluster was told may have been lost: from when its replica may have heard no more of it, to when it
/// had become a replica itself. What docs/operations/scaling.md says is checked against these.
/// </summary>
/// <param name="replicasAreAwaited">With <c>Redis:WaitReplicas</c> nothing that was acknowledged may be lost, whatever happened.</param>
internal sealed class Losses(bool replicasAreAwaited)
{
    /// <summary>How far a replica on the same machine may be behind its master, both being busy.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<Loss> _all = new();

    /// <summary>Whether there were any since this was made.</summary>
    public bool Any => !_all.IsEmpty;

    /// <summary>Something is about to be done to a master.</summary>
    public Loss Begin(int shard)
    {
        var loss = new Loss(shard, DateTimeOffset.UtcNow - Lag);
        _all.Enqueue(loss);
        return loss;
    }

    /// <summary>Whether what a shard was told, and acknowledged, at some time may be gone.</summary>
    /// <param name="shard">Which.</param>
    /// <param name="since">When it was written at the earliest.</param>
    /// <param name="until">When it was written at the latest: when it was acknowledged.</param>
    public bool Allow(int shard, DateTimeOffset since, DateTimeOffset until) =>
        !replicasAreAwaited && _all.Any(loss => loss.Shard == shard && loss.From <= until && since <= loss.Until);

    /// <summary>Whether what any shard was told, and acknowledged, at some time may be gone.</summary>
    /// <param name="since">When it was written at the earliest.</param>
    /// <param name="until">When it was written at the latest: when it was acknowledged.</param>
    public bool AllowAnywhere(DateTimeOffset since, DateTimeOffset until) => _all.Any(loss => Allow(loss.Shard, since, until));

    /// <summary>One of them.</summary>
    internal sealed class Loss(int shard, DateTimeOffset from)
    {
        /// <summary>Whose writes.</summary>
        public int Shard => shard;

        /// <summary>From when.</summary>
        public DateTimeOffset From => from;

        /// <summary>To when.</summary>
        public DateTimeOffset Until { get; private set; } = DateTimeOffset.MaxValue;

        /// <summary>The node that was the master follows the new one: nothing is written to it any more.</summary>
        public void End() => Until = DateTimeOffset.UtcNow;
    }
}
