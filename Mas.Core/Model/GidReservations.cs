using Mas.Core.Redis;

namespace Mas.Core.Model;

/// <summary>Draws gids from <c>nextGlobalMsgId</c>: one round trip for all who ask while the one before it is under way.</summary>
internal sealed class GidReservations(RedisConnection redis)
{
    private readonly Coalescer<Batch> _draws = new(() => new Batch(), async batch =>
        batch.First = await redis.DrawNewAsync(RedisKeys.NextMsgId, batch.Count) - batch.Count + 1);

    /// <returns>The first of as many consecutive gids as asked for.</returns>
    internal async Task<long> ReserveAsync(int count)
    {
        var offset = 0L;
        var batch = await _draws.JoinAsync(batch =>
        {
            offset = batch.Count;
            batch.Count += count;
        });
        return batch.First + offset;
    }

    private sealed class Batch
    {
        internal int Count { get; set; }

        internal long First { get; set; }
    }
}
