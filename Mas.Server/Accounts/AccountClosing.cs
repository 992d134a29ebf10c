using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Server.Accounts;

/// <summary>
/// Closes accounts: removes every way to log in, then what the user has, in steps that can be repeated. The steps run twice: at once,
/// and again when no earlier request can write any more (<see cref="ClosingAccounts"/>).
/// </summary>
internal sealed class AccountClosing(ClosingAccounts closing, AccountRemoval removal, Users users, Sessions sessions, SessionTerminator terminator)
{
    private const int MaxConcurrent = 100;

    /// <summary>Closes an account. <see cref="EndSessionsAsync"/> ends its sessions.</summary>
    internal async Task CloseAsync(UserId user)
    {
        await closing.NoteAsync(user);
        await users.CloseAsync(user);
        await removal.RunAsync(user, all: false);
    }

    /// <summary>Ends the sessions of a closed account, behind the entries that wait in their outboxes.</summary>
    internal async Task EndSessionsAsync(UserId user, (SessionRef To, byte[] Entry)? answer = null) =>
        await terminator.TerminateAsync(await sessions.GetAsync(user), TerminateCode.AccountClosed, "Your account is closed.", answer);

    /// <summary>Repeats the steps for accounts that were closed some time ago.</summary>
    internal async Task FinishAsync()
    {
        foreach (var user in await closing.GetDueAsync(MaxConcurrent))
        {
            // Noted, but not closed: the server died before the first step, and the user got no answer.
            if (await users.IsClosedAsync(user))
            {
                await users.CloseAsync(user);
                await removal.RunAsync(user, all: true);
                await EndSessionsAsync(user);
            }
            await closing.SettleAsync(user);
        }
    }
}
