using System.Globalization;
using Mas.Core.Redis;
using StackExchange.Redis;

namespace Mas.Core.Queues;

/// <summary>
/// The right to consume an inbox, <c>lease:&lt;endpoint&gt;</c>. Each holder has a higher <see cref="Epoch"/> than all earlier holders of
/// any lease. <see cref="FencingToken"/> refuses writes of a holder that was paused past its lease.
/// </summary>
public sealed class Lease
{
    private readonly MasterDatabase _database;
    private readonly TimeProvider _time;
    private long _validUntil;

    private Lease(MasterDatabase database, string endpoint, string holder, long epoch, TimeSpan lasts, TimeProvider time, long validUntil)
    {
        _database = database;
        Endpoint = endpoint;
        Holder = holder;
        Epoch = epoch;
        Lasts = lasts;
        _time = time;
        _validUntil = validUntil;
    }

    /// <summary>The endpoint name of the inbox.</summary>
    public string Endpoint { get; }

    /// <summary>The worker that holds it: the value of the key.</summary>
    public string Holder { get; }

    /// <summary>How long it lasts unless renewed.</summary>
    public TimeSpan Lasts { get; }

    /// <summary>Grows from holder to holder (<c>nextGlobalLeaseEpoch</c>).</summary>
    public long Epoch { get; }

    /// <summary>
    /// Whether the lease is certainly still held. Measured by the process's own clock from before the last renewal was sent, so that
    /// a process that wakes up from a pause knows without asking Redis.
    /// </summary>
    public bool IsValid => _time.GetTimestamp() < Volatile.Read(ref _validUntil);

    /// <summary>Tries once to acquire the lease.</summary>
    /// <returns>Null when another worker holds it.</returns>
    public static async Task<Lease?> TryAcquireAsync(RedisConnection redis, string endpoint, string holder, TimeSpan lasts, TimeProvider time)
    {
        var database = redis.Database;
        var before = time.GetTimestamp();
        if (!await database.StringSetAsync(RedisKeys.Lease(endpoint), holder, lasts, When.NotExists))
            return null;
        // The lease must still be held after the epoch is drawn: so a later holder's epoch is higher.
        var epoch = await database.StringIncrementAsync(RedisKeys.NextLeaseEpoch);
        var fence = (long?)await database.StringGetAsync(RedisKeys.FencingToken(RedisKeys.Inbox(endpoint))) ?? 0;
        if (fence >= epoch)
        {
            // The counter went back. Other keys' fences raise it when they refuse a write.
            await database.RaiseAsync(RedisKeys.NextLeaseEpoch, fence);
            epoch = await database.StringIncrementAsync(RedisKeys.NextLeaseEpoch);
        }
        var lease = new Lease(database, endpoint, holder, epoch, lasts, time, Deadline(time, before, lasts));
        return await lease.TryRenewAsync() ? lease : null;
    }

    /// <summary>Renews the lease.</summary>
    /// <returns>False when it is lost.</returns>
    public async Task<bool> TryRenewAsync()
    {
        var before = _time.GetTimestamp();
        var held = (long)await LuaScripts.LeaseRenew.RunAsync(_database, [RedisKeys.Lease(Endpoint)], [Holder, (long)Lasts.TotalMilliseconds]) == 1;
        Volatile.Write(ref _validUntil, held ? Deadline(_time, before, Lasts) : 0);
        return held;
    }

    /// <summary>Releases the lease, so that a standby takes over at once.</summary>
    public async Task ReleaseAsync()
    {
        Volatile.Write(ref _validUntil, 0);
        await _database.RemoveStringAsync(RedisKeys.Lease(Endpoint), Holder);
    }

    /// <summary>The present holder of a lease, or null.</summary>
    public static async Task<string?> GetHolderAsync(RedisConnection redis, string endpoint) =>
        await redis.Database.StringGetAsync(RedisKeys.Lease(endpoint));

    // A tenth is a margin for clock drift and commands in flight.
    private static long Deadline(TimeProvider time, long from, TimeSpan lasts) => from + (long)(lasts.TotalSeconds * 0.9 * time.TimestampFrequency);
}

/// <summary>The lease is lost. The next holder redelivers unfinished batches.</summary>
public sealed class LeaseLostException(string message) : Exception(message);

/// <summary>Writes under a lease. Fails with <see cref="LeaseLostException"/> once a later holder has written the same key.</summary>
public sealed class FencingToken(RedisConnection redis, Lease lease)
{
    /// <summary>How long a fence lives: longer than a command of an earlier holder may be delayed.</summary>
    internal const int KeptForSeconds = 3600;

    /// <summary>Fails when the lease is over by the process's clock. Called before each write.</summary>
    public void ThrowIfLost()
    {
        if (!lease.IsValid)
            throw new LeaseLostException($"The lease of {lease.Endpoint} is over.");
    }

    /// <summary>Runs one write command on <paramref name="key"/>.</summary>
    public Task<RedisResult> ExecuteAsync(string command, RedisKey key, params RedisValue[] arguments) =>
        RunAsync(LuaScripts.Fenced, key, [command, .. arguments]);

    /// <summary>
    /// Runs a script that includes fence.lua: KEYS are the key, its fence and companions in the same slot; ARGV begin with the epoch
    /// and the fence's lifetime.
    /// </summary>
    internal Task<RedisResult> RunAsync(RedisScript script, RedisKey key, IEnumerable<RedisValue> arguments, params RedisKey[] companions) =>
        CheckAsync(key, () => script.RunAsync(redis.Database, KeysOf(key, companions), ValuesOf(arguments)));

    /// <summary>The same, followed by a read (<see cref="RedisScript.RunAsync{T}"/>).</summary>
    internal Task<(RedisResult Result, T Read)> RunAsync<T>(
        RedisScript script, RedisKey key, IEnumerable<RedisValue> arguments, Func<Task<T>> readAsync, params RedisKey[] companions) =>
        CheckAsync(key, () => script.RunAsync(redis, KeysOf(key, companions), ValuesOf(arguments), readAsync));

    private static RedisKey[] KeysOf(RedisKey key, RedisKey[] companions) => [key, RedisKeys.FencingToken(key), .. companions];

    private RedisValue[] ValuesOf(IEnumerable<RedisValue> arguments) => [lease.Epoch, KeptForSeconds, .. arguments];

    private async Task<T> CheckAsync<T>(RedisKey key, Func<Task<T>> runAsync)
    {
        ThrowIfLost();
        try
        {
            return await runAsync();
        }
        catch (RedisServerException e) when (e.Message.Split(' ') is ["FENCED", var later, ..])
        {
            // If the counter went back, the next holder would be refused, too.
            await redis.Database.RaiseAsync(RedisKeys.NextLeaseEpoch, long.Parse(later, CultureInfo.InvariantCulture));
            throw new LeaseLostException(string.Create(CultureInfo.InvariantCulture, $"A later holder than epoch {lease.Epoch} has written {key}."));
        }
    }
}
