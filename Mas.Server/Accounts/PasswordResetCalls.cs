using Mas.Core.Model;
using Mas.Server.Sockets;

namespace Mas.Server.Accounts;

/// <summary><c>/api/forgot-password</c> and <c>/api/reset-password</c>.</summary>
internal sealed class PasswordResetCalls(
    Users users, Logins logins, PasswordHasher hasher, SessionEnder ender, Mailer mailer, AccountOptions options, ServerOptions server)
{
    /// <summary>Answers the same whether or not there is such a user, so that nobody learns who is.</summary>
    internal async Task<IResult> ForgotAsync(HttpContext http)
    {
        if (await CallBody.ReadAsync(http) is not { } body)
            return AccountCalls.BadBody();
        var email = body["email"].Trim();
        if (AccountRules.RefuseEmail(email) is { } bad)
            return AccountCalls.Invalid("email", bad);
        if (await users.FindAsync(email) is { } user && await users.GetProfileAsync(user) is { } profile)
        {
            var token = await logins.IssuePasswordResetAsync(user, TimeSpan.FromMinutes(options.ResetMinutes));
            var url = server.PublicUrl.Length > 0 ? server.PublicUrl.TrimEnd('/') : server.Url.Split(';')[0].TrimEnd('/');
            // The token stands in the fragment, which browsers send to no server and no server logs.
            mailer.Enqueue(profile.Email, "Your MAS password", $"""
                Hello {profile.Name},

                somebody, probably you, asked for a new password for {profile.Nick} on {url}.
                To choose one, open this page within {options.ResetMinutes} minutes:

                {url}/#reset-password={token}

                If it was not you, there is nothing to do: the old password stays.
                """);
        }
        return Results.Json(new { success = true });
    }

    internal async Task<IResult> ResetAsync(HttpContext http)
    {
        if (await CallBody.ReadAsync(http) is not { } body)
            return AccountCalls.BadBody();
        if (AccountRules.RefusePassword(body["password"]) is { } bad)
            return AccountCalls.Invalid("password", bad);
        if (body["token"].Length is 0 or > 200 || await logins.RedeemPasswordResetAsync(body["token"]) is not { } user
            || !await users.SetPasswordAsync(user, await hasher.HashAsync(body["password"])))
            return AccountCalls.Invalid("token", "This link was used already, or is too old. Please ask for a new one.");
        // Whoever knew the old password is out.
        await ender.LogOutAsync(user, "", allSessions: true);
        return Results.Json(new { success = true });
    }
}
