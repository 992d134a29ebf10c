namespace Mas.Server.Sockets;

/// <summary>Upgrades requests for <c>/ws</c>, unless they come from a page that may not open the socket.</summary>
internal sealed class SocketUpgrade(ServerOptions server, SessionOptions options, LimitsOptions limits)
{
    private const string SubProtocol = "mas.v1";

    /// <returns>The socket; null when the request was refused, and has its answer.</returns>
    internal async Task<WebSocketChannel?> AcceptAsync(HttpContext http)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            await http.Response.WriteAsync("This is a WebSocket endpoint. Connect with a WebSocket client.\n");
            return null;
        }
        if (!IsAllowedOrigin(http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            await http.Response.WriteAsync("Pages of this origin may not connect. An operator can add it to Server:AllowedOrigins.\n");
            return null;
        }
        var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = http.WebSockets.WebSocketRequestedProtocols.Contains(SubProtocol) ? SubProtocol : null,
            KeepAliveInterval = TimeSpan.FromSeconds(options.PingSeconds),
            KeepAliveTimeout = TimeSpan.FromSeconds(options.PingSeconds),
        });
        return new WebSocketChannel(socket, limits.FrameBytes);
    }

    /// <summary>A page of another origin must not act as the user who is logged in here; what is no browser sends no Origin.</summary>
    private bool IsAllowedOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0
            || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
            || server.AllowedOrigins.Split(',', StringSplitOptions.TrimEntries).Contains(origin, StringComparer.OrdinalIgnoreCase);
    }
}
