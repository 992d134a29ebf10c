using System.Net.WebSockets;
using Mas.Server.Requests;

namespace Mas.Server.Sockets;

/// <summary>Reads a session's frames, and hands each to the dispatcher, one after another.</summary>
internal sealed class RequestLoop(RequestDispatcher dispatcher)
{
    private static readonly Task<bool> Ignored = Task.FromResult(true);

    /// <summary>Returns when the socket is closed, or the session was ended for what it sent.</summary>
    internal async Task RunAsync(WebSocketChannel channel, SocketSession session, RequestSession requests)
    {
        Func<ReadOnlyMemory<byte>, Task<bool>> dispatch = frame => session.IsTerminated ? Ignored : dispatcher.DispatchAsync(requests, frame);
        Received received;
        do
            received = await channel.ReceiveAsync(dispatch);
        while (received == Received.Frame);
        if (session.IsTerminated)
            return;
        if (received == Received.Closed)
        {
            await channel.CloseAsync(WebSocketCloseStatus.NormalClosure, "");
            return;
        }
        await session.TerminateAsync(received switch
        {
            Received.TooLarge => Termination.FrameTooLarge,
            Received.NotText => Termination.NotText,
            _ => Termination.InvalidFrame,
        });
        await channel.DrainAsync(Termination.CloseTimeout);
    }
}
