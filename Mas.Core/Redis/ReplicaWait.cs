using System.Globalization;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// Sees to it that what was written is in enough replicas before it is acknowledged (<c>Redis:WaitReplicas</c>), so that it
/// outlives a master. One WAIT for each master covers everybody who asks while the one before it is under way.
/// </summary>
/// <remarks>
/// WAIT holds up its connection, so it has one of its own; a write behind all others there, which leaves nothing, makes it
/// cover them. And it must be the same master still: one that took over answers for its own replicas, not for what it missed.
/// </remarks>
public sealed class ReplicaWait : IAsyncDisposable
{
    private readonly RedisConnection _redis;
    private readonly RedisOptions _options;
    private readonly MasterHistories _histories;
    private readonly CoalescedCall _waits;
    private long _generation;

    private ReplicaWait(RedisConnection redis, RedisOptions options)
    {
        _redis = redis;
        _options = options;
        _histories = new MasterHistories(redis);
        _waits = new CoalescedCall(WaitAsync);
    }

    /// <summary>
    /// Changes when a master was replaced. Taken before the first write, and given to <see cref="ConfirmAsync"/> behind the
    /// last one.
    /// </summary>
    public long Generation => Volatile.Read(ref _generation);

    /// <summary>Opens the connection and looks at the masters.</summary>
    internal static async Task<ReplicaWait> StartAsync(RedisConnection redis, RedisOptions options)
    {
        var wait = new ReplicaWait(redis, options);
        foreach (var key in wait.Masters())
            await wait._histories.LookAsync(key, write: false);
        return wait;
    }

    /// <summary>Waits until everything that was written before is in enough replicas of its master.</summary>
    /// <param name="since"><see cref="Generation"/> from before the first write.</param>
    /// <exception cref="ReplicasMissingException">It is not, or a master was replaced: what was written may be lost.</exception>
    public async Task ConfirmAsync(long since)
    {
        await _waits.JoinAsync();
        if (Generation != since)
            throw new ReplicasMissingException("A master was replaced while something was written.");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    private Task WaitAsync() => Task.WhenAll(Masters().Select(WaitAsync));

    /// <param name="milliseconds">How long to wait; sent as a key, the number is what leads the command to its master.</param>
    private async Task WaitAsync(RedisKey milliseconds)
    {
        // Both go out now, on the same connection, one behind the other.
        var looking = LookAsync(milliseconds);
        var waiting = _redis.Database.ExecuteAsync("WAIT", _options.WaitReplicas, milliseconds);
        await looking;
        var replicas = await CountAsync(waiting);
        if (replicas < _options.WaitReplicas)
            throw new ReplicasMissingException($"{replicas} of {_options.WaitReplicas} replicas have what was written.");
    }

    private static async Task<long> CountAsync(Task<RedisResult> waiting)
    {
        try
        {
            return (long)await waiting;
        }
        catch (RedisServerException e) when (e.Message.StartsWith("ERR WAIT", StringComparison.Ordinal))
        {
            // Another node took over, and the client did not know it when it sent this: it is sent on from the command before it only.
            throw new ReplicasMissingException("A master has become a replica.");
        }
    }

    private async Task LookAsync(RedisKey key)
    {
        if (await _histories.LookAsync(key, write: true) != HistoryChange.None)
            Interlocked.Increment(ref _generation);
    }

    /// <summary>For each master how long to wait there: as long as is set, and so much longer that the number is a key of that master.</summary>
    private RedisKey[] Masters() => RedisMasters.KeysOf(_redis, i => (_options.WaitMilliseconds + i).ToString(CultureInfo.InvariantCulture));
}

/// <summary>Too few replicas have what was written: as if Redis were away, it may be tried again.</summary>
public sealed class ReplicasMissingException(string message) : TimeoutException(message);
