using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Server.Accounts;

namespace Mas.Server.Requests;

/// <summary>LOGOUT and DESTROY_ACCOUNT. TERMINATE follows the ACK through the outbox.</summary>
internal sealed class AccountRequests(Users users, PasswordHasher hasher, AccountClosing closing, SessionTerminator terminator)
{
    internal async Task<Ack?> LogoutAsync(RequestContext request)
    {
        var all = request.Read.OptionalBool("allSessions") ?? false;
        if (request.Read.Problem is { } problem)
            return problem;
        await terminator.LogOutAsync(request.Session.User, request.Session.LoginDigest, all, OkTo(request));
        return null;
    }

    internal async Task<Ack?> DestroyAsync(RequestContext request)
    {
        var password = request.Read.Text("password", 1024, min: 1);
        if (request.Read.Problem is { } problem)
            return problem;
        var user = request.Session.User;
        // A closed account has no password left to check: this repeats an attempt that was cut off.
        if (!await users.IsClosedAsync(user) && !await hasher.VerifyAsync(password, await users.GetPasswordAsync(user)))
            return new Ack(Status.IncorrectPassword, "Wrong password.");
        await closing.CloseAsync(user);
        await closing.EndSessionsAsync(user, OkTo(request));
        return null;
    }

    private static (SessionRef To, byte[] Entry) OkTo(RequestContext request) => (request.Session.Ref, Ack.Ok.ToJson(request.ReqId));
}
