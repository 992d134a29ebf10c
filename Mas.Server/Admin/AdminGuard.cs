using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.Server.Accounts;

namespace Mas.Server.Admin;

/// <summary>
/// Requires a login with the permission <c>admin</c> (<c>userpermissions:&lt;userId&gt;</c>). Requests that change something must come
/// from the page itself: besides the cookie's SameSite, the Origin must be the server's own and the body JSON.
/// </summary>
internal sealed class AdminGuard(Logins logins, RedisConnection redis) : IEndpointFilter
{
    internal const string Permission = "admin";
    private const string UserItem = "mas.admin";

    /// <summary>The operator, after <see cref="InvokeAsync"/>.</summary>
    internal static UserId UserOf(HttpContext http) => (UserId)http.Items[UserItem]!;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers.CacheControl = "no-store";
        try
        {
            if (LoginCookie.Read(http.Request) is not var (user, token) || await logins.FindAsync(user, token) is null)
                return Results.Text("Log in to MAS at / first.\n", statusCode: StatusCodes.Status401Unauthorized);
            if (!await redis.Database.SetContainsAsync(RedisKeys.UserPermissions(user), Permission))
                return Results.Text("This page is for operators. It requires the permission admin.\n", statusCode: StatusCodes.Status403Forbidden);
            if (!HttpMethods.IsGet(http.Request.Method) && !IsFromOwnPage(http.Request))
                return Results.Text("Requests from other pages are refused. Use this server's /admin page.\n", statusCode: StatusCodes.Status403Forbidden);
            http.Items[UserItem] = user;
            return await next(context);
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            return Results.Text("Redis is unavailable. Try again later.\n", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static bool IsFromOwnPage(HttpRequest request) =>
        request.HasJsonContentType()
        && string.Equals(request.Headers.Origin.ToString(), $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
}
