using Mas.Core.Model;

namespace Mas.Server.Sockets;

/// <summary>Finds the login of an INIT: by its ticket, its secret, or the cookie of the upgrade.</summary>
internal sealed class SessionAuthenticator(Logins logins)
{
    /// <returns>The login, or null.</returns>
    internal async Task<SessionLogin?> FindAsync(InitRequest init, (UserId User, string Token)? cookie)
    {
        if (init.Ticket is not null)
            return await logins.RedeemTicketAsync(init.Ticket) is var (user, digest) ? new SessionLogin(user, digest) : null;
        var (id, token) = init is { Secret: { } secret, UserId: { } named } ? (named, secret) : cookie ?? default;
        return token is not null && await logins.FindAsync(id, token) is { } found ? new SessionLogin(id, found) : null;
    }
}

/// <summary>The login that a session begins with.</summary>
/// <param name="User">The user.</param>
/// <param name="Digest">The login's digest.</param>
internal sealed record SessionLogin(UserId User, string Digest);
