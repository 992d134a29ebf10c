using Mas.Core.Model;
using Mas.Core.Protocol;
using Mas.Core.Queues;
using Mas.Server.Accounts;
using Mas.Server.Sockets;

namespace Mas.Server.Requests;

/// <summary>LOGOUT and DESTROY_ACCOUNT.</summary>
internal sealed class AccountRequests(
    Users users, UserWindows windows, Sessions sessions, Friends friends, FriendRequests friendRequests, Acquaintances acquaintances,
    Backends backends, PasswordHasher hasher, SessionEnder ender)
{
    internal async Task<Ack?> LogoutAsync(RequestContext request)
    {
        var all = request.Read.OptionalBool("allSessions") ?? false;
        if (request.Read.Problem is { } problem)
            return problem;
        await request.Session.SendAsync(Ack.Ok.ToJson(request.ReqId));
        await ender.LogOutAsync(request.Session.User, request.Session.LoginDigest, all);
        return null;
    }

    internal async Task<Ack?> DestroyAsync(RequestContext request)
    {
        var password = request.Read.Text("password", 1024, least: 1);
        if (request.Read.Problem is { } problem)
            return problem;
        var user = request.Session.User;
        // Of a closed account only what a first attempt has left is taken apart: there is no password to ask for any more.
        if (await users.IsInUseAsync(user) && !await hasher.VerifyAsync(password, await users.GetPasswordAsync(user)))
            return new Ack(Status.IncorrectPassword, "The password is another one.");
        // From here on nobody can log in any more; what is left is taken apart by steps that may be repeated.
        await users.CloseAsync(user);
        await acquaintances.TellAsync(user);
        foreach (var windowId in await windows.GetIdsAsync(user))
            await CloseWindowAsync(request, windowId);
        foreach (var friend in await friends.GetAsync(user))
            await friendRequests.LeaveAsync(user, friend);
        await request.Session.SendAsync(Ack.Ok.ToJson(request.ReqId));
        await ender.TerminateAsync(await sessions.GetAsync(user), TerminateCode.AccountClosed, "Your account is closed.");
        return null;
    }

    private async Task CloseWindowAsync(RequestContext request, int windowId)
    {
        if (await backends.FindTargetAsync(request.Session, windowId) is not { } target)
            return;
        if (target.IsMas)
            await backends.TellAsync(new CloseWindow(new Origin(Rids.New(), request.Session.User), target.ConversationId.Value));
        else
            await backends.TellIrcAsync(request, target.Network, target.ConversationId);
    }
}
