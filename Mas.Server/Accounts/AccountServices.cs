using System.Threading.RateLimiting;

namespace Mas.Server.Accounts;

/// <summary>The HTTP endpoints for accounts.</summary>
internal static class AccountServices
{
    /// <summary>The rate limit of requests that try a password, or cost a hash or a mail.</summary>
    internal const string Attempts = "attempts";

    internal static IServiceCollection AddAccounts(this IServiceCollection services) => services
        .AddSingleton<PasswordHasher>()
        .AddSingleton<Mailer>()
        .AddHostedService(provider => provider.GetRequiredService<Mailer>())
        .AddSingleton<Registration>()
        .AddSingleton<AccountEndpoints>()
        .AddSingleton<PasswordResetEndpoints>()
        .AddSingleton<SessionTerminator>()
        .AddSingleton<FriendNotifier>()
        .AddSingleton<AccountRemoval>()
        .AddSingleton<AccountClosing>()
        .AddHostedService<AccountSweep>()
        .AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = async (context, stopping) =>
                await context.HttpContext.Response.WriteAsJsonAsync(new { status = Core.Protocol.Status.RateLimited, errorMsg = "Too many attempts. Try again in 60 s.", retryAfter = 60 }, stopping);
            limiter.AddPolicy(Attempts, http => RateLimitPartition.GetSlidingWindowLimiter(
                http.Connection.RemoteIpAddress?.ToString() ?? "",
                _ => new SlidingWindowRateLimiterOptions
                {
                    PermitLimit = http.RequestServices.GetRequiredService<AccountOptions>().AttemptsPerMinute,
                    Window = TimeSpan.FromMinutes(1),
                    SegmentsPerWindow = 6,
                }));
        });

    internal static void MapAccounts(this WebApplication app)
    {
        app.UseRateLimiter();
        var accounts = app.Services.GetRequiredService<AccountEndpoints>();
        var resets = app.Services.GetRequiredService<PasswordResetEndpoints>();
        var api = app.MapGroup("/api").AddEndpointFilter<UnavailableFilter>();
        api.MapPost("/register", (Delegate)accounts.RegisterAsync).RequireRateLimiting(Attempts);
        api.MapPost("/login", (Delegate)accounts.LoginAsync).RequireRateLimiting(Attempts);
        api.MapPost("/logout", (Delegate)accounts.LogoutAsync);
        api.MapPost("/ticket", (Delegate)accounts.IssueTicketAsync);
        api.MapPost("/forgot-password", (Delegate)resets.ForgotAsync).RequireRateLimiting(Attempts);
        api.MapPost("/reset-password", (Delegate)resets.ResetAsync).RequireRateLimiting(Attempts);
    }
}
