using System.Collections.Concurrent;

namespace Mas.Tests.Chaos;

/// <summary>
/// The times in which writes to a master of a cluster may have been lost: from when its replica may have received no more of them until the
/// old master follows the new one. This is what docs/operations/scaling.md promises.
/// </summary>
/// <param name="replicasAreAwaited">With <c>Redis:WaitReplicas</c> nothing that was acknowledged may be lost, whatever happened.</param>
internal sealed class PossibleLosses(bool replicasAreAwaited)
{
    /// <summary>How far a replica on the same machine may be behind its master, both being busy.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<Loss> _all = new();

    /// <summary>Whether there were any.</summary>
    public bool Any => !_all.IsEmpty;

    /// <summary>Call it before a fault of a master.</summary>
    public Loss Begin(int shard)
    {
        var loss = new Loss(shard, DateTimeOffset.UtcNow - Lag);
        _all.Enqueue(loss);
        return loss;
    }

    /// <summary>Whether a write to a shard, though acknowledged, may be lost.</summary>
    /// <param name="shard">Which.</param>
    /// <param name="since">When it was written at the earliest.</param>
    /// <param name="until">When it was written at the latest: when it was acknowledged.</param>
    public bool Allow(int shard, DateTimeOffset since, DateTimeOffset until) =>
        !replicasAreAwaited && _all.Any(loss => loss.Shard == shard && loss.From <= until && since <= loss.Until);

    /// <summary>Whether a write to any shard, though acknowledged, may be lost.</summary>
    /// <param name="since">When it was written at the earliest.</param>
    /// <param name="until">When it was written at the latest: when it was acknowledged.</param>
    public bool AllowAnywhere(DateTimeOffset since, DateTimeOffset until) => _all.Any(loss => Allow(loss.Shard, since, until));

    /// <summary>A time in which writes to one shard may be lost.</summary>
    internal sealed class Loss(int shard, DateTimeOffset from)
    {
        /// <summary>Whose writes.</summary>
        public int Shard => shard;

        /// <summary>From when.</summary>
        public DateTimeOffset From => from;

        /// <summary>To when.</summary>
        public DateTimeOffset Until { get; private set; } = DateTimeOffset.MaxValue;

        /// <summary>The old master follows the new one: nobody writes to it any more.</summary>
        public void End() => Until = DateTimeOffset.UtcNow;
    }
}
