using Mas.Core.Model;
using Mas.Core.Redis;
using Mas.Server.Accounts;

namespace Mas.Server.Admin;

/// <summary>
/// Lets in who is logged in with the permission <c>admin</c> (<c>userpermissions:&lt;userId&gt;</c>). What changes something has to
/// come from the page itself: besides the cookie's SameSite, its Origin must be the server's own and its body JSON.
/// </summary>
internal sealed class AdminGuard(Logins logins, RedisConnection redis) : IEndpointFilter
{
    internal const string Permission = "admin";
    private const string UserItem = "mas.admin";

    /// <summary>The user whom <see cref="InvokeAsync"/> has let in.</summary>
    internal static UserId UserOf(HttpContext http) => (UserId)http.Items[UserItem]!;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers.CacheControl = "no-store";
        try
        {
            if (LoginCookie.Read(http.Request) is not var (user, token) || await logins.FindAsync(user, token) is null)
                return Results.Text("Please log in to MAS first, at /.\n", statusCode: StatusCodes.Status401Unauthorized);
            if (!await redis.Database.SetContainsAsync(RedisKeys.UserPermissions(user), Permission))
                return Results.Text("This page is for operators: users with the permission admin.\n", statusCode: StatusCodes.Status403Forbidden);
            if (!HttpMethods.IsGet(http.Request.Method) && !IsFromOwnPage(http.Request))
                return Results.Text("Only this server's own page may ask that.\n", statusCode: StatusCodes.Status403Forbidden);
            http.Items[UserItem] = user;
            return await next(context);
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            return Results.Text("Redis is not available at the moment.\n", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static bool IsFromOwnPage(HttpRequest request) =>
        request.HasJsonContentType()
        && string.Equals(request.Headers.Origin.ToString(), $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
}
