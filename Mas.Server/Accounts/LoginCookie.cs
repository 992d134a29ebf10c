
namespace Mas.Server.Accounts;

/// <summary>The cookie <c>mas</c>: <c>&lt;userId&gt;-&lt;token&gt;</c>, HttpOnly, SameSite=Strict, Secure under https.</summary>
internal static class LoginCookie
{
    private const string Name = "mas";

    internal static void Set(HttpContext http, UserId user, string token, long expires) => http.Response.Cookies.Append(Name, $"{user.Value}-{token}", new CookieOptions
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.Request.IsHttps,
        Path = "/",
        Expires = DateTimeOffset.FromUnixTimeSeconds(expires),
        IsEssential = true,
    });

    internal static void Clear(HttpContext http) => http.Response.Cookies.Delete(Name, new CookieOptions
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.Request.IsHttps,
        Path = "/",
    });

    internal static (UserId User, string Token)? Read(HttpRequest request)
    {
        if (!request.Cookies.TryGetValue(Name, out var value) || value.IndexOf('-') is not (> 0 and var dash) || value.Length > 200)
            return null;
        return UserId.TryParse(value[..dash], out var user) && !user.IsIrc ? (user, value[(dash + 1)..]) : null;
    }
}
