using Mas.Core.Model;

namespace Mas.Server.Sockets;

/// <summary>Finds out who sends an INIT: by its ticket, its secret, or the cookie of the upgrade.</summary>
internal sealed class SessionAuthenticator(Logins logins)
{
    /// <returns>The user and the login's digest, or null.</returns>
    internal async Task<(UserId User, string Digest)?> FindAsync(UserId? user, string? secret, string? ticket, (UserId User, string Token)? cookie)
    {
        if (ticket is not null)
            return await logins.RedeemTicketAsync(ticket);
        var (id, token) = secret is not null && user is { } named ? (named, secret) : cookie ?? default;
        return token is not null && await logins.FindAsync(id, token) is { } digest ? (id, digest) : null;
    }
}
