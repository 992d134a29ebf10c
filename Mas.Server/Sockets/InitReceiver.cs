using Mas.Core.Model;

namespace Mas.Server.Sockets;

/// <summary>Waits for a socket's INIT, and refuses the socket when none arrives in time, or none that this server can serve.</summary>
internal sealed class InitReceiver(SessionOptions options, HistoryOptions history, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private const string ProtocolVersion = "1.0";

    /// <returns>The INIT; null when the socket was refused or is closed.</returns>
    internal async Task<InitRequest?> ReceiveAsync(WebSocketChannel channel)
    {
        InitRequest? init = null;
        using var done = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping);
        var receiving = channel.ReceiveAsync(frame =>
        {
            init = InitRequest.Read(frame, history.Backlog);
            return Task.FromResult(init is not null);
        });
        var refusing = RefuseLateAsync(channel, receiving, done.Token);
        var received = await receiving;
        await done.CancelAsync();
        if (await refusing || lifetime.ApplicationStopping.IsCancellationRequested || received == Received.Closed)
            return null;
        var refusal = received switch
        {
            Received.Frame when init!.Version == ProtocolVersion => null,
            Received.Frame => Termination.UnsupportedVersion(ProtocolVersion),
            Received.TooLarge => Termination.FrameTooLarge,
            _ => Termination.InvalidInit,
        };
        if (refusal is null)
            return init;
        await refusal.RefuseAsync(channel);
        return null;
    }

    /// <returns>Whether the time for INIT is over, and the socket closed.</returns>
    private async Task<bool> RefuseLateAsync(WebSocketChannel channel, Task receiving, CancellationToken cancelled)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(options.InitTimeoutSeconds), time, cancelled);
        }
        catch (OperationCanceledException)
        {
            if (lifetime.ApplicationStopping.IsCancellationRequested)
                channel.Abort();
            return false;
        }
        await Termination.NoInit.SendAsync(channel, CancellationToken.None);
        // Broken at once, the close frame might not arrive.
        await Task.WhenAny(receiving, Task.Delay(Termination.CloseTimeout, time, CancellationToken.None));
        channel.Abort();
        return true;
    }
}
