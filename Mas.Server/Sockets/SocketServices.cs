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
        .AddSingleton<WindowReader>()
        .AddSingleton<SessionSnapshot>()
        .AddSingleton<Presence>()
        .AddSingleton<DeliveryCheck>()
        .AddSingleton<OutboxPumpFactory>()
        .AddSingleton<SocketSessionFactory>()
        .AddSingleton<SessionRegistrar>()
        .AddSingleton<RequestLoop>()
        .AddSingleton<SessionRunner>()
        .AddSingleton<SocketUpgrade>()
        .AddSingleton<InitReceiver>()
        .AddSingleton<SocketEndpoint>()
        .AddHostedService<WakeListener>()
        .AddSingleton<FailoverDetector>()
        .AddHostedService(provider => provider.GetRequiredService<FailoverDetector>())
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
