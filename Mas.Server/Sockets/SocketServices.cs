using Microsoft.AspNetCore.Http.Features;

namespace Mas.Server.Sockets;

/// <summary>The WebSocket endpoint <c>/ws</c>.</summary>
internal static class SocketServices
{
    internal static IServiceCollection AddSockets(this IServiceCollection services) => services
        .AddSingleton<ServerIdentity>()
        .AddSingleton<SessionRegistry>()
        .AddSingleton<SessionAuthenticator>()
        .AddSingleton<BacklogReader>()
        .AddSingleton<SessionSnapshot>()
        .AddSingleton<SessionEnder>()
        .AddSingleton<SocketEndpoint>()
        .AddSingleton<Presence>()
        .AddHostedService<WakeListener>()
        .AddSingleton<FailoverWatch>()
        .AddHostedService(provider => provider.GetRequiredService<FailoverWatch>())
        .AddHostedService<SessionHeartbeat>();

    /// <summary>WebSockets whose connections are read in bursts (<see cref="BurstReader"/>).</summary>
    internal static void UseSockets(this WebApplication app)
    {
        app.Use((http, next) =>
        {
            if (http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
                http.Features.Set<IHttpUpgradeFeature>(new BurstUpgrade(upgrade));
            return next(http);
        });
        app.UseWebSockets();
    }

    internal static void MapSockets(this WebApplication app)
    {
        var endpoint = app.Services.GetRequiredService<SocketEndpoint>();
        app.Map("/ws", endpoint.RunAsync);
    }
}
