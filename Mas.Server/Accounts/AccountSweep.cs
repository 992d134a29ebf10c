using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.Server.Health;

namespace Mas.Server.Accounts;

/// <summary>Finishes what any server has begun with an account and left undone.</summary>
internal sealed class AccountSweep(RedisConnection redis, AccountClosing closing, UserNames names, TimeProvider time, ILogger<AccountSweep> logger)
    : PeriodicWatch(time, logger)
{
    private const int MaxNames = 500;

    // Bounded, since the Redis client may lose an answer for good when its connections break.
    protected override Task LookAsync() => Task.WhenAll(closing.FinishAsync(), names.SettleAsync(MaxNames)).WaitAsync(2 * redis.Timeout);
}
