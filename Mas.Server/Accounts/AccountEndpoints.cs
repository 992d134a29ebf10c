using Mas.Core.Model;
using Mas.Core.Protocol;

namespace Mas.Server.Accounts;

/// <summary><c>/api/register</c>, <c>/api/login</c>, <c>/api/logout</c>, <c>/api/ticket</c>.</summary>
internal sealed partial class AccountEndpoints(
    Users users, Logins logins, Registration registration, PasswordHasher hasher, SessionTerminator terminator, AccountOptions options, ILogger<AccountEndpoints> logger)
{
    private static readonly TimeSpan TicketLasts = TimeSpan.FromSeconds(30);

    internal async Task<IResult> RegisterAsync(HttpContext http)
    {
        if (await RequestBody.ReadAsync(http) is not { } body)
            return BadBody();
        if (!options.Registration)
            return Results.Json(new { status = Status.NoPermission, errorMsg = "Registration is closed here. Ask the operator for an account." }, statusCode: 403);
        var profile = new Profile(body["name"].Trim(), body["email"].Trim(), body["nick"].Trim());
        var (user, refusal) = await registration.RegisterAsync(profile, body["password"], AddressOf(http));
        if (refusal is { IsTaken: true })
            return Results.Json(new { success = false, status = Status.ErrorExists, field = refusal.Field, errorMsg = refusal.ErrorMsg }, statusCode: 409);
        if (refusal is not null)
            return Invalid(refusal.Field, refusal.ErrorMsg);
        LogRegistered(logger, user);
        return Results.Json(new { success = true, userId = user.Value });
    }

    internal async Task<IResult> LoginAsync(HttpContext http)
    {
        if (await RequestBody.ReadAsync(http) is not { } body)
            return BadBody();
        var user = body["username"].Length is > 0 and <= 254 ? await users.FindAsync(body["username"].Trim()) : null;
        var stored = user is { } found ? await users.GetPasswordAsync(found) : null;
        if (body["password"].Length > 1024 || !await hasher.VerifyAsync(body["password"], stored))
        {
            LogRefused(logger, http.Connection.RemoteIpAddress);
            return Results.Json(new { success = false, status = Status.IncorrectPassword, errorMsg = "Wrong username or password." }, statusCode: 401);
        }
        var (token, expires) = await logins.BeginAsync(user!.Value, TimeSpan.FromDays(options.LoginDays));
        await users.SetLastIpAsync(user.Value, AddressOf(http));
        LoginCookie.Set(http, user.Value, token, expires);
        return Results.Json(new { success = true, userId = user.Value.Value, secret = token, expires });
    }

    internal async Task<IResult> LogoutAsync(HttpContext http)
    {
        if (await RequestBody.ReadAsync(http) is not { } body)
            return BadBody();
        LoginCookie.Clear(http);
        if (await FindLoginAsync(http) is var (user, digest))
            await terminator.LogOutAsync(user, digest, body.IsTrue("allSessions"));
        return Results.Json(new { success = true });
    }

    internal async Task<IResult> IssueTicketAsync(HttpContext http)
    {
        if (await FindLoginAsync(http) is not var (user, digest))
            return Results.Json(new { success = false, status = Status.NoPermission, errorMsg = "Log in first." }, statusCode: 401);
        return Results.Json(new { ticket = await logins.IssueTicketAsync(user, digest, TicketLasts) });
    }

    internal static IResult BadBody() =>
        Results.Json(new { success = false, status = Status.ParameterInvalid, errorMsg = "The body must be a JSON object or a form." }, statusCode: 400);

    internal static IResult Invalid(string field, string errorMsg) =>
        Results.Json(new { success = false, status = Status.ParameterInvalid, field, errorMsg }, statusCode: 400);

    private static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";

    private async Task<(UserId User, string Digest)?> FindLoginAsync(HttpContext http) =>
        LoginCookie.Read(http.Request) is var (user, token) && await logins.FindAsync(user, token) is { } digest ? (user, digest) : null;

    [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} registered")]
    private static partial void LogRegistered(ILogger logger, UserId userId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Login from {Address} refused: wrong username or password")]
    private static partial void LogRefused(ILogger logger, System.Net.IPAddress? address);
}
