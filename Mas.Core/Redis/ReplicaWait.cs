using System.Globalization;
using StackExchange.Redis;

namespace Mas.Core.Redis;

/// <summary>
/// Waits until writes are in enough replicas to be acknowledged (<c>Redis:WaitReplicas</c>). One WAIT for each master serves
/// all callers that arrive while the previous one is in flight.
/// </summary>
/// <remarks>
/// WAIT blocks its connection, so it has one of its own. It covers only that connection's writes: a dummy write there makes it
/// cover all earlier ones. The master must not have changed: a new one answers for its replicas, not for the writes it missed.
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

    /// <summary>Changes when a master is replaced. Read it before the first write; pass it to <see cref="ConfirmAsync"/> after the last.</summary>
    public long Generation => Volatile.Read(ref _generation);

    internal static async Task<ReplicaWait> StartAsync(RedisConnection redis, RedisOptions options)
    {
        var wait = new ReplicaWait(redis, options);
        foreach (var key in wait.Masters())
            await wait._histories.LookAsync(key, write: false);
        return wait;
    }

    /// <summary>Waits until all earlier writes are in enough replicas of their masters.</summary>
    /// <param name="since"><see cref="Generation"/> from before the first write.</param>
    /// <exception cref="ReplicasMissingException">Too few replicas answered, or a master was replaced: writes may be lost.</exception>
    public async Task ConfirmAsync(long since)
    {
        await _waits.JoinAsync();
        if (Generation != since)
            throw new ReplicasMissingException("A master was replaced while something was written.");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _redis.DisposeAsync();

    private Task WaitAsync() => Task.WhenAll(Masters().Select(WaitAsync));

    /// <param name="milliseconds">WAIT's timeout. It is typed as a key, because the client routes by it (<see cref="Masters"/>).</param>
    private async Task WaitAsync(RedisKey milliseconds)
    {
        // Both are sent now, in this order, on the same connection.
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
            // A replica took over before the client knew; Redis redirects the command before this one, but not WAIT.
            throw new ReplicasMissingException("A master has become a replica.");
        }
    }

    private async Task LookAsync(RedisKey key)
    {
        if (await _histories.LookAsync(key, write: true) != HistoryChange.None)
            Interlocked.Increment(ref _generation);
    }

    /// <summary>For each master the first number, from the set timeout up, that as a key belongs to that master.</summary>
    private RedisKey[] Masters() => RedisMasters.KeysOf(_redis, i => (_options.WaitMilliseconds + i).ToString(CultureInfo.InvariantCulture));
}

/// <summary>Too few replicas have the writes. Handled as if Redis were away: the request may be retried.</summary>
public sealed class ReplicasMissingException(string message) : TimeoutException(message);
