using Mas.Core.Redis;
using Mas.Server.Health;

namespace Mas.Server.Accounts;

/// <summary>Finishes what any server has begun with an account and left undone.</summary>
internal sealed class AccountSweep(RedisConnection redis, AccountClosing closing, TimeProvider time, ILogger<AccountSweep> logger) : PeriodicWatch(time, logger)
{
    // Bounded, since the Redis client may lose an answer for good when its connections break.
    protected override Task LookAsync() => closing.FinishAsync().WaitAsync(2 * redis.Timeout);
}
