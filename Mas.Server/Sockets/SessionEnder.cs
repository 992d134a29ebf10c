using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;

namespace Mas.Server.Sockets;

/// <summary>Ends logins and the sessions that began with them, on whichever server they are.</summary>
internal sealed class SessionEnder(Logins logins, Sessions sessions, Outboxes outboxes)
{
    /// <summary>Ends one login, or all of the user's.</summary>
    internal async Task LogOutAsync(UserId user, string loginDigest, bool allSessions)
    {
        if (allSessions)
            await logins.EndAllAsync(user);
        else
            await logins.EndAsync(user, loginDigest);
        var ended = allSessions ? await sessions.GetAsync(user) : await sessions.GetByLoginAsync(user, loginDigest);
        await TerminateAsync(ended, TerminateCode.LoggedOut, "You have logged out.");
    }

    /// <summary>Sends TERMINATE through the outboxes, behind what waits there.</summary>
    internal async Task TerminateAsync(IEnumerable<SessionRef> ended, string code, string reason)
    {
        var delivery = outboxes.NewDelivery();
        foreach (var session in ended)
            delivery.Add(session, Notifications.Terminate(code, reason));
        await delivery.FlushAsync();
    }
}
