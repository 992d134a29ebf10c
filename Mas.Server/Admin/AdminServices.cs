using Mas.Core.Operator;

namespace Mas.Server.Admin;

/// <summary>The operators' page <c>/admin</c> and its endpoints.</summary>
internal static class AdminServices
{
    internal static IServiceCollection AddAdmin(this IServiceCollection services) => services
        .AddSingleton<AdminGuard>()
        .AddSingleton<IrcConnectionCount>()
        .AddSingleton<AdminOverview>()
        .AddSingleton<AdminEndpoints>();

    internal static void MapAdmin(this WebApplication app)
    {
        var calls = app.Services.GetRequiredService<AdminEndpoints>();
        var overview = app.Services.GetRequiredService<AdminOverview>();
        var audit = app.Services.GetRequiredService<AuditLog>();
        var admin = app.MapGroup("/admin").AddEndpointFilter(app.Services.GetRequiredService<AdminGuard>());
        admin.MapGet("", (HttpRequest request) => request.Path.Value!.EndsWith('/') ? AdminPage.Serve("admin.html") : Results.LocalRedirect("/admin/"));
        admin.MapGet("/admin.js", () => AdminPage.Serve("admin.js"));
        admin.MapGet("/admin.css", () => AdminPage.Serve("admin.css"));
        admin.MapGet("/api/overview", async () => Results.Json(await overview.ReadAsync()));
        admin.MapGet("/api/scripts", AdminEndpoints.List);
        admin.MapGet("/api/audit", async () => Results.Json(await audit.ReadAsync(200)));
        admin.MapPost("/api/run", (Delegate)calls.RunAsync);
    }
}
