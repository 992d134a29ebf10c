using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Pops several outboxes together. Few are popped by a script, whose single answer wakes one thread instead of one for each outbox.
/// Many, and those of a cluster, are popped in a pipeline, because a script costs more when there are many entries.
/// </summary>
public sealed class OutboxPops
{
    /// <summary>The most entries of one RPOP.</summary>
    public const int Most = 500;

    private const int Few = 20;

    /// <summary>The most entries that a script pops of each outbox, since it blocks Redis.</summary>
    private const int MaxByScript = 50;

    private readonly RedisConnection _redis;
    private readonly MasterBatch? _pipeline;
    private readonly List<RedisKey> _outboxes = [];
    private readonly TaskCompletionSource<RedisResult[]> _popped = new();

    /// <summary>The most entries popped of each outbox. When as many arrive, there may be more.</summary>
    public int MaxOfEach => _pipeline is null ? MaxByScript : Most;

    /// <param name="outboxes">The most outboxes that will be added.</param>
    public OutboxPops(RedisConnection redis, int outboxes)
    {
        _redis = redis;
        if (outboxes is 1 or > Few || redis.IsCluster)
            _pipeline = redis.Database.CreateBatch();
    }

    /// <summary>Pops one outbox at once.</summary>
    /// <returns>An array of the oldest entries, oldest first; or null when the outbox is empty.</returns>
    public static Task<RedisResult> PopAloneAsync(RedisConnection redis, RedisKey outbox) => PopAsync(redis.Database, outbox);

    /// <summary>Adds an outbox, which <see cref="Execute"/> pops.</summary>
    /// <returns>As <see cref="PopAloneAsync"/>.</returns>
    public Task<RedisResult> PopAsync(RedisKey outbox)
    {
        if (_pipeline is not null)
            return PopAsync(_pipeline, outbox);
        _outboxes.Add(outbox);
        return PickAsync(_outboxes.Count - 1);
    }

    /// <summary>Pops the added outboxes.</summary>
    public void Execute()
    {
        _pipeline?.Execute();
        if (_outboxes.Count > 0)
            _ = RunAsync();
    }

    private static Task<RedisResult> PopAsync(MasterCommands through, RedisKey outbox) => through.ExecuteAsync("RPOP", outbox, Most);

    private async Task<RedisResult> PickAsync(int index)
    {
        var popped = (await _popped.Task)[index];
        return popped.IsNull || popped.Resp2Type == ResultType.Array
            ? popped
            : throw new RedisServerException(RedisErrorKind.WrongType, CommandFlags.None, (string)popped!);
    }

    private async Task RunAsync()
    {
        RedisResult[] popped;
        try
        {
            popped = (RedisResult[])(await LuaScripts.ListsPop.RunAsync(_redis.Database, [.. _outboxes], [MaxByScript]))!;
        }
        catch (Exception e)
        {
            _popped.SetException(e);
            return;
        }
        _popped.SetResult(popped);
    }
}
