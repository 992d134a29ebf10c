using Mas.Core.Model;

namespace Mas.Server.Accounts;

/// <summary>Finishes changes of accounts that any server has begun and not completed.</summary>
internal sealed class AccountSweep(AccountClosing closing, UserNames names, TimeProvider time, ILogger<AccountSweep> logger)
    : PeriodicCheck(time, logger)
{
    private const int MaxNames = 500;

    protected override Task CheckAsync() => Task.WhenAll(closing.FinishAsync(), names.SettleAsync(MaxNames));
}
