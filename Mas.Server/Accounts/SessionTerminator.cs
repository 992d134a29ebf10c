using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Accounts;

/// <summary>Ends logins, and the sessions that began with them on any server.</summary>
internal sealed class SessionTerminator(Logins logins, Sessions sessions, Outboxes outboxes)
{
    /// <summary>Ends one login, or all of the user's.</summary>
    internal async Task LogOutAsync(UserId user, string loginDigest, bool allSessions, (SessionRef To, byte[] Entry)? answer = null)
    {
        if (allSessions)
            await logins.EndAllAsync(user);
        else
            await logins.EndAsync(user, loginDigest);
        var ended = allSessions ? await sessions.GetAsync(user) : await sessions.GetByLoginAsync(user, loginDigest);
        await TerminateAsync(ended, TerminateCode.LoggedOut, "You have been logged out.", answer);
    }

    /// <summary>Sends TERMINATE through the outboxes, behind the entries that wait there.</summary>
    /// <param name="ended">The sessions.</param>
    /// <param name="code">A constant of <see cref="TerminateCode"/>.</param>
    /// <param name="reason">A sentence fit to show.</param>
    /// <param name="answer">The ACK of the request that ends them. It is sent ahead of TERMINATE, once everything else is done.</param>
    internal async Task TerminateAsync(IEnumerable<SessionRef> ended, string code, string reason, (SessionRef To, byte[] Entry)? answer = null)
    {
        var delivery = outboxes.NewDelivery();
        if (answer is var (asks, entry))
            delivery.Add(asks, entry);
        foreach (var session in ended)
            delivery.Add(session, Notifications.Terminate(code, reason));
        await delivery.FlushAsync();
    }
}
