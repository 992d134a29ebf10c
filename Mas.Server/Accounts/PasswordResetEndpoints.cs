using Mas.Core.Model;

namespace Mas.Server.Accounts;

/// <summary><c>/api/forgot-password</c> and <c>/api/reset-password</c>.</summary>
internal sealed class PasswordResetEndpoints(
    Users users, Logins logins, PasswordHasher hasher, SessionTerminator terminator, Mailer mailer, AccountOptions options, ServerOptions server)
{
    /// <summary>The answer is the same whether or not the user exists, so that nobody can probe for users.</summary>
    internal async Task<IResult> ForgotAsync(HttpContext http)
    {
        if (await RequestBody.ReadAsync(http) is not { } body)
            return AccountEndpoints.BadBody();
        var email = body["email"].Trim();
        if (AccountRules.RefuseKnownEmail(email) is { } bad)
            return AccountEndpoints.Invalid("email", bad);
        if (await users.FindAsync(email) is { } user && await users.GetProfileAsync(user) is { } profile)
        {
            var token = await logins.IssuePasswordResetAsync(user, TimeSpan.FromMinutes(options.ResetMinutes));
            var url = server.PublicUrl.Length > 0 ? server.PublicUrl.TrimEnd('/') : server.Url.Split(';')[0].TrimEnd('/');
            // The token is in the fragment, which browsers do not send, so that no server logs it.
            mailer.Enqueue(profile.Email, "Reset your MAS password", $"""
                Hello {profile.Name},

                someone asked to reset the password of {profile.Nick} on {url}.
                To choose a new password, open this link within {options.ResetMinutes} minutes:

                {url}/#reset-password={token}

                If this was not you, ignore this mail. Your password stays as it is.
                """);
        }
        return Results.Json(new { success = true });
    }

    internal async Task<IResult> ResetAsync(HttpContext http)
    {
        if (await RequestBody.ReadAsync(http) is not { } body)
            return AccountEndpoints.BadBody();
        if (AccountRules.RefusePassword(body["password"]) is { } bad)
            return AccountEndpoints.Invalid("password", bad);
        if (body["token"].Length is 0 or > 200 || await logins.RedeemPasswordResetAsync(body["token"]) is not { } user
            || !await users.SetPasswordAsync(user, await hasher.HashAsync(body["password"])))
            return AccountEndpoints.Invalid("token", "This link was already used or has expired. Request a new one.");
        // Ends the sessions of anyone who knew the old password.
        await terminator.LogOutAsync(user, "", allSessions: true);
        return Results.Json(new { success = true });
    }
}
