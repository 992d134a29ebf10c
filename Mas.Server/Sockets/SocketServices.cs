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
        .AddHostedService<FailoverWatch>()
        .AddHostedService<SessionKeeper>();

    internal static void MapSockets(this WebApplication app)
    {
        var endpoint = app.Services.GetRequiredService<SocketEndpoint>();
        app.Map("/ws", endpoint.RunAsync);
    }
}
