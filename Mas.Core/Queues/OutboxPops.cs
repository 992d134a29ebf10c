using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// Pops of several outboxes that are sent together: of few as one script, whose answer wakes one thread where an answer for each would wake one
/// for each; of many, and on a cluster, as a pipeline, since there entries come in numbers, and cost more on their way through a script.
/// </summary>
public sealed class OutboxPops
{
    /// <summary>The most entries that a pop takes by itself.</summary>
    public const int Most = 500;

    /// <summary>The most outboxes of a script.</summary>
    private const int Few = 20;

    /// <summary>The most entries of each that a script pops, so that none holds Redis up for long.</summary>
    private const int MaxByScript = 50;

    private readonly RedisConnection _redis;
    private readonly MasterBatch? _pipeline;
    private readonly List<RedisKey> _outboxes = [];
    private readonly TaskCompletionSource<RedisResult[]> _popped = new();

    /// <summary>The most entries that it pops of each outbox: there may be more when it brings as many.</summary>
    public int MaxOfEach => _pipeline is null ? MaxByScript : Most;

    /// <param name="redis">Redis.</param>
    /// <param name="outboxes">How many there will be at most.</param>
    public OutboxPops(RedisConnection redis, int outboxes)
    {
        _redis = redis;
        if (outboxes is 1 or > Few || redis.IsCluster)
            _pipeline = redis.Database.CreateBatch();
    }

    /// <summary>Pops one outbox by itself.</summary>
    /// <returns>Its oldest entries, oldest first, as an array of Redis; or nothing, when it is empty.</returns>
    public static Task<RedisResult> PopAloneAsync(RedisConnection redis, RedisKey outbox) => PopAsync(redis.Database, outbox);

    /// <summary>Adds an outbox, to be popped when all are.</summary>
    /// <returns>As <see cref="PopAloneAsync"/>, once <see cref="Execute"/> has been called.</returns>
    public Task<RedisResult> PopAsync(RedisKey outbox)
    {
        if (_pipeline is not null)
            return PopAsync(_pipeline, outbox);
        _outboxes.Add(outbox);
        return PickAsync(_outboxes.Count - 1);
    }

    /// <summary>Sends what was added.</summary>
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
            : throw new RedisServerException(RedisErrorKind.UnknownError, CommandFlags.None, (string)popped!);
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
            // Each who waits gets it.
            _popped.SetException(e);
            return;
        }
        _popped.SetResult(popped);
    }
}
