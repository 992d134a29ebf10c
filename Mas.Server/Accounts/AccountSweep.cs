using Mas.Core.Model;
using Mas.Server.Health;

namespace Mas.Server.Accounts;

/// <summary>Finishes what any server has begun with an account and left undone.</summary>
internal sealed class AccountSweep(AccountClosing closing, UserNames names, TimeProvider time, ILogger<AccountSweep> logger)
    : PeriodicWatch(time, logger)
{
    private const int MaxNames = 500;

    protected override Task LookAsync() => Task.WhenAll(closing.FinishAsync(), names.SettleAsync(MaxNames));
}
