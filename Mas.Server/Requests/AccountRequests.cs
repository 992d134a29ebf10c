using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Server.Accounts;
using Mas.Server.Sockets;

namespace Mas.Server.Requests;

/// <summary>LOGOUT and DESTROY_ACCOUNT. What ends the session follows the acknowledgement through the outbox.</summary>
internal sealed class AccountRequests(Users users, PasswordHasher hasher, AccountClosing closing, SessionEnder ender)
{
    internal async Task<Ack?> LogoutAsync(RequestContext request)
    {
        var all = request.Read.OptionalBool("allSessions") ?? false;
        if (request.Read.Problem is { } problem)
            return problem;
        await ender.LogOutAsync(request.Session.User, request.Session.LoginDigest, all, OkTo(request));
        return null;
    }

    internal async Task<Ack?> DestroyAsync(RequestContext request)
    {
        var password = request.Read.Text("password", 1024, least: 1);
        if (request.Read.Problem is { } problem)
            return problem;
        var user = request.Session.User;
        // Of a closed account only what a first attempt has left is taken apart: there is no password to ask for any more.
        if (!await users.IsClosedAsync(user) && !await hasher.VerifyAsync(password, await users.GetPasswordAsync(user)))
            return new Ack(Status.IncorrectPassword, "The password is another one.");
        await closing.CloseAsync(user);
        await closing.EndSessionsAsync(user, OkTo(request));
        return null;
    }

    private static (SessionRef To, byte[] Entry) OkTo(RequestContext request) => (request.Session.Ref, Ack.Ok.ToJson(request.ReqId));
}
