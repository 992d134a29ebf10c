using System.Net.WebSockets;
using Mas.Core.Protocol;

namespace Mas.Server.Sockets;

/// <summary>Why the server closes a socket: what TERMINATE says, and the close status behind it.</summary>
/// <param name="Code">A constant of <see cref="TerminateCode"/>.</param>
/// <param name="Reason">A sentence fit to show.</param>
/// <param name="Status">The status of the close frame.</param>
internal sealed record Termination(string Code, string Reason, WebSocketCloseStatus Status = WebSocketCloseStatus.PolicyViolation)
{
    internal static readonly Termination NoInit = new(TerminateCode.ProtocolError, "No INIT arrived in time. Connect again and send INIT first.");

    internal static readonly Termination InvalidInit = new(TerminateCode.ProtocolError, "The first frame must be a valid INIT.");

    internal static readonly Termination FrameTooLarge =
        new(TerminateCode.ProtocolError, "The frame is larger than allowed.", WebSocketCloseStatus.MessageTooBig);

    internal static readonly Termination NotText = new(TerminateCode.ProtocolError, "Frames must be text.", WebSocketCloseStatus.InvalidMessageType);

    internal static readonly Termination InvalidFrame =
        new(TerminateCode.ProtocolError, "Each frame must be a JSON object with a type, and INIT may be sent only once.");

    internal static readonly Termination NotLoggedIn = new(TerminateCode.InvalidSecret, "Log in to connect.");

    internal static readonly Termination LoginEnded = new(TerminateCode.LoggedOut, "This login has ended. Log in again.");

    internal static readonly Termination SlowConsumer =
        new(TerminateCode.SlowConsumer, "The connection is too slow for what is sent to it. Connect again.");

    internal static readonly Termination Stopping =
        new(TerminateCode.ServerStopping, "The server is restarting. Connect again.", WebSocketCloseStatus.EndpointUnavailable);

    internal static readonly Termination Unavailable =
        new(TerminateCode.ServerStopping, "The service is unavailable. Connect again later.", WebSocketCloseStatus.EndpointUnavailable);

    /// <summary>How long a client may take to answer a close.</summary>
    internal static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    internal static Termination UnsupportedVersion(string supported) =>
        new(TerminateCode.UnsupportedProtocolVersion, $"This server supports protocol version {supported}. Update the client.");

    internal static Termination TooManySessions(int max) =>
        new(TerminateCode.TooManySessions, $"You already have {max} sessions, the maximum. Close one and connect again.");

    /// <summary>Sends TERMINATE as the last frame, and closes.</summary>
    /// <param name="channel">The socket.</param>
    /// <param name="cancelled">Ends the waiting for a client that does not read.</param>
    internal async Task SendAsync(WebSocketChannel channel, CancellationToken cancelled)
    {
        SocketMetrics.Terminated.Add(1, new KeyValuePair<string, object?>("code", Code));
        try
        {
            await channel.SendAsync(Frames.Of(Notifications.Terminate(Code, Reason)), cancelled, isLast: true);
        }
        catch (OperationCanceledException)
        {
            // The client reads nothing; the close below breaks the connection.
        }
        await channel.CloseAsync(Status, Code);
    }

    /// <summary>Refuses a socket that has no session: as <see cref="SendAsync"/>, and waits until the client has closed too.</summary>
    internal async Task RefuseAsync(WebSocketChannel channel)
    {
        await SendAsync(channel, CancellationToken.None);
        await channel.DrainAsync(CloseTimeout);
    }
}
