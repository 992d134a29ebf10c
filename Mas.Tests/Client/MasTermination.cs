using System.Net.WebSockets;

namespace Mas.Tests.Client;

/// <summary>How a session ended.</summary>
/// <param name="Code"><c>code</c> of TERMINATE; null when the socket ended without one.</param>
/// <param name="Reason"><c>reason</c> of TERMINATE.</param>
/// <param name="CloseStatus">The WebSocket's close code; null when the connection broke.</param>
public sealed record MasTermination(string? Code, string? Reason, WebSocketCloseStatus? CloseStatus);
