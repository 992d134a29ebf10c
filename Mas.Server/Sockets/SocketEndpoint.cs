using Mas.Core.Redis;
using Mas.Server.Accounts;

namespace Mas.Server.Sockets;

/// <summary><c>/ws</c>: from the upgrade over INIT to the end of the session.</summary>
internal sealed partial class SocketEndpoint(
    SocketUpgrade upgrade, InitReceiver inits, SessionAuthenticator authenticator, SessionRunner runner, RedisConnection redis, ILogger<SocketEndpoint> logger)
{
    internal async Task RunAsync(HttpContext http)
    {
        using var channel = await upgrade.AcceptAsync(http);
        if (channel is null)
            return;
        var cookie = LoginCookie.Read(http.Request);
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "";
        if (await inits.ReceiveAsync(channel) is not { } init)
            return;
        try
        {
            if (await authenticator.FindAsync(init, cookie).WaitAsync(SessionRunner.Patience(redis)) is { } login)
                await runner.RunAsync(channel, init, login, address);
            else
                await Termination.NotLoggedIn.RefuseAsync(channel);
        }
        catch (Exception e) when (RedisErrors.IsAway(e))
        {
            LogUnavailable(logger, address, e.Message);
            await Termination.Unavailable.RefuseAsync(channel);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis is unavailable: a connection from {Address} was refused: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string address, string reason);
}
